"""Slugs that other items have get numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core.caller import worker
from eal.domain.content import slugs
from eal.domain.content.limits import MAX_SLUG_CHARACTERS

if TYPE_CHECKING:
    from tests.support.tenants import Tenant


def _claimed(tenant: Tenant, *taken: str) -> None:
    by = worker("write_content", tenant.in_mode("live"), "request-1")
    for slug in taken:
        slugs.change("content_other", None, slug, by, given=False)
    by.transaction.audit("content.written", "content_other")
    by.transaction.commit()


def _free(tenant: Tenant, wanted: str, content_id: str = "content_own") -> str:
    return slugs.free(wanted, content_id, tenant.in_mode("live"))


def test_a_free_slug_stays_as_it_is(tenant: Tenant) -> None:
    _claimed(tenant, "mold-2", "mold-removal")

    assert _free(tenant, "mold") == "mold"


def test_a_taken_slug_gets_the_first_free_number(tenant: Tenant) -> None:
    _claimed(tenant, "mold", "mold-2", "mold-4", "molds-3")

    assert _free(tenant, "mold") == "mold-3"
    assert _free(tenant, "mold-2") == "mold-2-2"


def test_an_item_keeps_its_own_slug(tenant: Tenant) -> None:
    _claimed(tenant, "mold")

    assert _free(tenant, "mold", "content_other") == "mold"


def test_a_long_slug_is_cut_for_its_number(tenant: Tenant) -> None:
    for wanted in ("a" * MAX_SLUG_CHARACTERS, "a" * 91 + "-" + "b" * 8):
        _claimed(tenant, wanted)
        numbered = _free(tenant, wanted)

        assert len(numbered) <= MAX_SLUG_CHARACTERS
        assert numbered.endswith("a-2")


def test_modes_do_not_share_slugs(tenant: Tenant) -> None:
    _claimed(tenant, "mold")

    assert slugs.free("mold", "content_own", tenant.in_mode("test")) == "mold"
