"""The text of a key, its status over time, and its networks."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, Literal
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.core.audit import Actor
from eal.domain.api_keys.model import ApiKey
from eal.domain.credentials.text import checksum, fingerprint, is_well_formed, new_text
from tests.support.time import START

if TYPE_CHECKING:
    from eal.core.caller import Scope
    from eal.core.tenancy import Mode

MODES: tuple[Mode, ...] = ("live", "test")
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def _key(
    *,
    mode: Mode = "live",
    scopes: tuple[Scope, ...] = ("admin",),
    status: Literal["active", "rotating", "revoked"] = "active",
    ends_in: timedelta | None = None,
    networks: tuple[str, ...] | None = None,
) -> ApiKey:
    return ApiKey(
        id="key_x",
        organization_id="org_x",
        mode=mode,
        name="A",
        scopes=scopes,
        last_four="xxxx",
        status=status,
        created_at=START,
        created_by=Actor(type="system", id="tests"),
        version=1,
        fingerprint="x",
        expires_at=None if ends_in is None else START + ends_in,
        allowed_cidrs=networks,
    )


@given(st.sampled_from(MODES))
def test_a_new_key_is_well_formed(mode: Mode) -> None:
    text = new_text(mode)

    assert is_well_formed(text)
    assert text.startswith(f"eal_{mode}_")
    assert len(text) == len("eal_live_") + 32 + 6


@given(st.text(max_size=60))
def test_the_checksum_is_the_crc32_in_six_digits_of_base_62(body: str) -> None:
    value = 0
    for digit in checksum(body):
        value = value * 62 + _DIGITS.index(digit)

    assert len(checksum(body)) == 6
    assert value == crc32(body.encode())


@given(st.integers(0, 46), st.sampled_from(_DIGITS))
def test_a_wrong_character_is_detected(at: int, other: str) -> None:
    """CRC32 detects every burst error of up to 32 bits, and so every wrong character."""
    text = new_text("live")
    changed = text[:at] + other + text[at + 1 :]

    assert is_well_formed(changed) == (changed == text)


@given(st.integers(0, 45))
def test_two_transposed_characters_are_detected(at: int) -> None:
    text = new_text("test")
    changed = text[:at] + text[at + 1] + text[at] + text[at + 2 :]

    assert is_well_formed(changed) == (changed == text)


@given(st.text(max_size=60))
def test_any_other_text_is_not_a_key(text: str) -> None:
    assert not is_well_formed(text)
    assert not is_well_formed(new_text("live") + text) or text == ""
    assert len(fingerprint(text)) == 64


@given(st.timedeltas(timedelta(days=-9), timedelta(days=9)))
def test_a_key_expires_at_its_expiry_and_stays_revoked(late: timedelta) -> None:
    at, end = START + late, timedelta(days=1)
    ended = late >= end

    assert _key(ends_in=end).status_at(at) == ("expired" if ended else "active")
    assert _key(status="rotating", ends_in=end).status_at(at) == ("expired" if ended else "rotating")
    assert _key(status="revoked", ends_in=end).status_at(at) == "revoked"
    assert _key().status_at(at) == "active"


@pytest.mark.parametrize(
    ("key", "is_one"),
    [
        (_key(), True),
        (_key(scopes=("read", "admin")), True),
        (_key(scopes=("write",)), False),
        (_key(mode="test"), False),
        (_key(ends_in=timedelta(days=9999)), False),
        (_key(status="rotating", ends_in=timedelta(days=1)), False),
        (_key(status="revoked"), False),
    ],
)
def test_a_live_admin_key_without_an_expiry_is_permanent(key: ApiKey, is_one: bool) -> None:
    assert key.is_permanent_admin is is_one


@given(st.ip_addresses(), st.ip_addresses(), st.integers(0, 32))
def test_an_address_is_allowed_if_a_network_contains_it(
    address: IPv4Address | IPv6Address, base: IPv4Address | IPv6Address, prefix: int
) -> None:
    network = ip_network(f"{base}/{prefix}", strict=False)

    key = _key(networks=("192.0.2.7/32", str(network)))

    assert key.allows(str(address)) == (address in network or address == ip_address("192.0.2.7"))
    first = network[0]
    assert key.allows(str(first))
    assert isinstance(network, IPv4Network) == isinstance(first, IPv4Address)


@given(st.text(max_size=40))
def test_without_networks_any_text_is_allowed_and_with_them_only_addresses(text: str) -> None:
    assert _key().allows(text)
    assert not _key(networks=("192.0.2.0/24",)).allows(text + "x")
