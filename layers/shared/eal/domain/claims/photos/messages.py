"""Messages to the worker of photos."""

from dataclasses import dataclass

from eal.core.messages import TenantMessage
from eal.domain.claims.photos.model import PhotoRef


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectPhotoTask(TenantMessage):
    claim_id: str
    photo_id: str

    @property
    def ref(self) -> PhotoRef:
        return PhotoRef(self.tenant, self.claim_id, self.photo_id)
