"""The sign-offs of a claim in the State table: a partition per claim, ordered by their ids and so by their numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eal.core import audit
from eal.core.errors import NotFound
from eal.core.table import page
from eal.core.table.item import dump, load
from eal.core.table.keys import Key, partition
from eal.core.table.page import Page, Partition
from eal.core.table.read import get, walk
from eal.domain.claims.sign_offs.model import ID_PREFIX, SignOff, SignOffRef
from eal.domain.claims.store import CLAIMS

if TYPE_CHECKING:
    from eal.core.caller import Caller
    from eal.core.listing import ListQuery
    from eal.core.table.item import Item
    from eal.core.tenancy import Tenant
    from eal.domain.claims.sign_offs.files import BundleManifest

KIND = "CLAIM_SIGN_OFF"
_AUDITED = ("claim_id", "number", "scope_version", "status", "content_sha256")


def sign_off_partition(tenant: Tenant, claim_id: str) -> str:
    """`org_…#live#CLAIM_SIGN_OFF#clm_…`."""
    return partition(tenant, KIND, claim_id)


def sign_off_key(ref: SignOffRef) -> Key:
    return Key(sign_off_partition(ref.tenant, ref.claim_id), ref.sign_off_id)


# ---------------------------------------------------------------- requests


def create(new: SignOff, by: Caller) -> None:
    """Add a sign-off whose bundle is not written yet."""
    by.transaction.create(_item(new, by.tenant))
    _audit("claim_sign_off.created", None, new, by)


def search(claim_id: str, query: ListQuery, by: Caller) -> Page[SignOff]:
    """The sign-offs of a claim, newest first. Raises: NotFound, InvalidCursor."""
    CLAIMS.get(by.tenant, claim_id)
    found = Partition(base=sign_off_partition(by.tenant, claim_id), id_prefix=ID_PREFIX)
    return page.read(by.tenant, query, found, lambda item: load(SignOff, item))


def get_latest(claim_id: str, by: Caller) -> SignOff:
    """Raises: NotFound, also if the claim was never signed off."""
    CLAIMS.get(by.tenant, claim_id)
    latest = find_latest(claim_id, by.tenant)
    if latest is None:
        raise NotFound(f"The claim {claim_id} has not been signed off yet.")
    return latest


def find_latest(claim_id: str, tenant: Tenant) -> SignOff | None:
    values = {":pk": sign_off_partition(tenant, claim_id)}
    item = next(walk("pk = :pk", {**values}, limit=1, newest_first=True), None)
    return load(SignOff, item) if item else None


# ---------------------------------------------------------------- the worker


def find(ref: SignOffRef) -> SignOff | None:
    item = get(sign_off_key(ref))
    return load(SignOff, item) if item else None


def finish(before: SignOff, manifest: BundleManifest, by: Caller) -> None:
    """Record the manifest. Its hash in the audit log proves every file of the bundle."""
    _replace("claim_sign_off.bundled", before, before.ready(manifest, by.at), by)


def fail(before: SignOff, by: Caller) -> None:
    _replace("claim_sign_off.failed", before, before.failed(by.at), by)


def _replace(action: str, before: SignOff, after: SignOff, by: Caller) -> None:
    by.transaction.put_version(_item(after, by.tenant), was=before.version)
    _audit(action, before, after, by)


def _audit(action: str, before: SignOff | None, after: SignOff, by: Caller) -> None:
    changes = audit.changes(_audited(before), _audited(after))
    by.transaction.audit(action, after.id, changes)


def _audited(sign_off: SignOff | None) -> Item:
    if sign_off is None:
        return {}
    stored = dump(sign_off)
    shown = {name: stored[name] for name in _AUDITED}
    manifest = sign_off.manifest
    if manifest is None:
        return shown
    return {**shown, "manifest_sha256": manifest.sha256, "files": dump(manifest)["files"]}


def _item(sign_off: SignOff, tenant: Tenant) -> Item:
    ref = SignOffRef(tenant, sign_off.claim_id, sign_off.id)
    return {**sign_off_key(ref)._asdict(), "kind": KIND, **dump(sign_off)}
