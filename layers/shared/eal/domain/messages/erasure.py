"""Erasing somebody's forms and text messages, their salts with them. The claims stay: a form told again is not new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core.table import scrub
from eal.domain.messages.store import forms_of, texts_with

if TYPE_CHECKING:
    from eal.core.table.scrub import Erased
    from eal.core.tenancy import Tenant


def forget(tenant: Tenant, who: Erased) -> None:
    """Delete the lead's forms, and the text messages with its phones. Safe to repeat."""
    for form in scrub.in_index(forms_of(tenant, who.id)):
        scrub.remove(form)
    for number in who.values("phone"):
        for text in filter(who.may_be_of, scrub.in_index(texts_with(tenant, number))):
            scrub.remove(text)
