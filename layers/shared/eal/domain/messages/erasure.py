"""Erasing the forms and text messages of an erased lead or prospect, with their salts.

The claims stay, so a form that the vendor reports again is not new.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core.table import scrub
from eal.domain.messages.store import forms_partition, texts_partition

if TYPE_CHECKING:
    from eal.core.table.scrub import Erased
    from eal.core.tenancy import Tenant


def erase_messages(tenant: Tenant, erased: Erased) -> None:
    """Delete the lead's forms, and the text messages from and to its phone numbers. Idempotent."""
    for form in scrub.walk_index(forms_partition(tenant, erased.id)):
        scrub.remove(form)
    for number in erased.values("phone"):
        for text in filter(erased.predates_erasure, scrub.walk_index(texts_partition(tenant, number))):
            scrub.remove(text)
