"""Contact claims: items that give one lead, or one prospect, the exclusive use of an e-mail address or phone number.

A claim belongs to the transaction that writes its holder. So no two leads have the same contact, and a look-up by
contact is a consistent read. The claims of leads and of prospects are separate, because a prospect and the lead that it
became have the same contacts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from eal.core.errors import Conflict
from eal.core.table.keys import Key, key
from eal.core.table.read import get, get_all

if TYPE_CHECKING:
    from collections.abc import Sequence, Set

    from eal.core.table.collection import Collection
    from eal.core.table.item import Item
    from eal.core.table.write import Refusal
    from eal.core.tenancy import Tenant
    from eal.core.transaction import Transaction

_MAX_FORMER_CONTACTS = 50
"""Enough for two complete changes of all contacts."""


class ContactClaims[T]:
    """The claims of the items of a collection. A contact is `email#…` or `phone#…`."""

    def __init__(self, holders: Collection[T]) -> None:
        self.holders = holders

    def key(self, tenant: Tenant, contact: str) -> Key:
        """`org_…#live#LEAD_CONTACT`, and the contact."""
        return key(tenant, self._kind, contact)

    def find(self, tenant: Tenant, contact: str) -> T | None:
        """The holder of a contact, or None."""
        claim = get(self.key(tenant, contact))
        return self.holders.find(tenant, self._holder_id(claim)) if claim else None

    def holder_ids(self, tenant: Tenant, contacts: Sequence[str]) -> dict[str, str]:
        """The ids of the holders of up to 100 contacts, by contact. Contacts without a claim are left out."""
        claims = get_all([self.key(tenant, contact) for contact in contacts]) if contacts else []
        return {
            contact: self._holder_id(claim)
            for contact, claim in zip(contacts, claims, strict=True)
            if claim is not None
        }

    def _holder_id(self, claim: Item) -> str:
        return cast("str", claim[self._holder_field])

    def change(
        self,
        holder_id: str,
        before: Set[str],
        after: Set[str],
        transaction: Transaction,
        refusal: Refusal | None = None,
    ) -> None:
        """Claim the contacts that a holder gained, and release those that it lost.

        If another holder has a contact, the commit raises Conflict with `id` and `matched_on`, or what `refusal` makes.
        """
        for contact in sorted(after - before):
            claim: Item = {
                **self.key(transaction.tenant, contact)._asdict(),
                "kind": self._kind,
                self._holder_field: holder_id,
            }
            transaction.create(claim, refusal or self._conflict(contact))
        for contact in sorted(before - after):
            transaction.delete(self.key(transaction.tenant, contact))

    def _conflict(self, contact: str) -> Refusal:
        is_email = contact.startswith("email#")

        def refusal(claim: Item | None) -> Exception:
            other = self._holder_id(claim) if claim else ""
            return Conflict(
                f"The {self.holders.noun} {other} has the same {'e-mail address' if is_email else 'phone number'}.",
                id=other,
                matched_on="email" if is_email else "phones",
            )

        return refusal

    @property
    def _kind(self) -> str:
        return f"{self.holders.kind}_CONTACT"

    @property
    def _holder_field(self) -> str:
        return f"{self.holders.noun}_id"


def updated_former_contacts(former: Sequence[str], before: Set[str], after: Set[str]) -> tuple[str, ...]:
    """The former contacts after a change of the contacts, the newest last."""
    still_former = (contact for contact in former if contact not in before | after)
    return (*still_former, *sorted(before - after))[-_MAX_FORMER_CONTACTS:]
