"""A sign-off: a numbered version of a claim's scope that a person signed, and the state of its bundle."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, NamedTuple, Self

from eal.core.clock import Instant
from eal.core.tenancy import Tenant
from eal.domain.claims.sign_offs.files import BundleManifest

type Status = Literal["writing", "ready", "failed"]

ID_PREFIX = "sign"
MAX_IDS_SHOWN = 100
"""Maximum number of ids in the details of an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOff:
    """`number` is the version that people see; `version` counts the changes of the item.

    `content_sha256` is the hash of the frozen content, which is `bundle.json`. `manifest` is set if and only if the
    status is `ready`. It remains when the files are deleted.
    """

    id: str
    claim_id: str
    number: int
    scope_version: int
    status: Status
    signed_at: Instant
    signed_by: str
    content_sha256: str
    version: int
    updated_at: Instant
    manifest: BundleManifest | None = None
    report_deleted_at: Instant | None = None
    files_deleted_at: Instant | None = None

    @property
    def is_complete(self) -> bool:
        """Whether there is nothing left to write."""
        return self.status == "ready" or self.files_deleted_at is not None

    def ready(self, manifest: BundleManifest, at: datetime) -> Self:
        return self._next(at, status="ready", manifest=manifest, report_deleted_at=None)

    def failed(self, at: datetime) -> Self:
        """Redriving the dead letter still completes it."""
        return self._next(at, status="failed")

    def without_files(self, at: datetime) -> Self:
        return self._next(at, files_deleted_at=at)

    def without_report(self, at: datetime) -> Self:
        return self._next(at, report_deleted_at=at)

    def _next(self, at: datetime, **changes: object) -> Self:
        return replace(self, version=self.version + 1, updated_at=at, **changes)  # type: ignore[arg-type]


class SignOffRef(NamedTuple):
    """A sign-off's tenant, claim and id, which are also the parts of the keys of its objects."""

    tenant: Tenant
    claim_id: str
    sign_off_id: str
