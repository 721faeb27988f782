"""The inspection of an uploaded photo, from S3's notification to `ready` or `rejected`.

The worker may be killed at any line. The preview and the thumbnail are stored before the photo becomes `ready`, and a
rejected file is deleted after its rejection is committed, so a second run finds what is left to do. A photo that was
deleted meanwhile loses its objects again.

S3's notification is not processed itself: it is sent to the queue again as a `PhotoMessage` in the message group of its
tenant, because the queue is fair among groups and S3 sets none.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eal.core import aws, observe, settings, uploads
from eal.core.caller import worker
from eal.core.table.item import dump, load
from eal.core.table.write import Stale
from eal.core.tenancy import Mode, TenantScoped
from eal.domain.claims.photos import images, objects, store, vision
from eal.domain.claims.photos.images import NotAcceptable
from eal.domain.claims.photos.model import PhotoRef

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from eal.ai.chain import Judge
    from eal.ai.photos import PhotoLook
    from eal.core.caller import Caller
    from eal.core.json import Json
    from eal.domain.claims.photos.images import Inspected
    from eal.domain.claims.photos.model import Photo, Rejection
    from eal.domain.claims.photos.store import Registered

_WORKER = "inspect_photo"


class InspectionFailed(Exception):
    """Earlier inspections of a photo failed, or were killed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoMessage(TenantScoped):
    """A message of the photos' queue."""

    organization_id: str
    mode: Mode
    request_id: str
    claim_id: str
    photo_id: str

    @property
    def ref(self) -> PhotoRef:
        return PhotoRef(self.tenant, self.claim_id, self.photo_id)


def work(message: Mapping[str, Json], judge: Judge[PhotoLook]) -> None:
    """Inspect the photo of a message, or enqueue the photos of an S3 notification.

    Raises: Stale.
    """
    if "photo_id" in message:
        _inspect(load(PhotoMessage, message).ref, judge)
    else:
        _enqueue_uploaded(message)


def work_final_attempt(message: Mapping[str, Json]) -> None:
    """Ends an inspection at the last receive of its message, instead of `work`: a file that killed the worker would
    kill it again.

    Raises: InspectionFailed; Stale.
    """
    if "photo_id" in message:
        raise InspectionFailed
    _enqueue_uploaded(message)


def _enqueue_uploaded(message: Mapping[str, Json]) -> None:
    """Enqueue the photos of an S3 notification. S3's test event, sent once at deployment, has none."""
    for ref in _uploaded(message):
        _enqueue(ref)


def give_up(message: Mapping[str, Json], _fault: Exception) -> None:
    """Reject the photo, whose inspection failed. Its original stays: redriving the dead letter inspects it again.

    A notification that cannot be enqueued changes nothing, because redriving it does all that is left to do.
    """
    if "photo_id" not in message:
        return
    ref = load(PhotoMessage, message).ref
    found = store.find(ref)
    if found and found.photo.can_be_inspected:
        _reject(found, "inspection_failed", ref)


def _uploaded(message: Mapping[str, Json]) -> Iterator[PhotoRef]:
    for upload in uploads.in_notification(message):
        ref = PhotoRef.of_original(upload.key)
        if ref is None:
            observe.logger.info("photo_message_dropped")
            continue
        yield ref


def _enqueue(ref: PhotoRef) -> None:
    found = _inspectable(ref)
    if found is None:
        return
    photo = found.photo
    if photo.status == "awaiting_upload":
        store.begin(photo, ref.tenant, _caller(ref, photo))
    message = PhotoMessage(
        **ref.tenant._asdict(), request_id=photo.request_id, claim_id=ref.claim_id, photo_id=ref.photo_id
    )
    aws.sqs().send_message(
        QueueUrl=settings.queue("photo"),
        MessageBody=json.dumps(dump(message)),
        MessageGroupId=message.organization_id,
    )


def _inspectable(ref: PhotoRef) -> Registered | None:
    """The photo, unless it was inspected already; None also if it was deleted, and then so are its objects."""
    found = store.find(ref)
    if found and found.photo.can_be_inspected:
        observe.bind(photo_id=ref.photo_id, request_id=found.photo.request_id)
        return found
    observe.logger.info("photo_message_dropped", photo_id=ref.photo_id)
    if found is None or found.photo.status == "rejected":
        # The worker was killed before it deleted the objects, or the upload was repeated or too late.
        objects.delete([ref])
    return None


def _inspect(ref: PhotoRef, judge: Judge[PhotoLook]) -> None:
    found = _inspectable(ref)
    if found is None:
        return
    photo = found.photo
    content = objects.original(ref, photo.size_bytes)
    if content is None:
        observe.logger.info("photo_message_dropped", photo_id=ref.photo_id)
        return
    try:
        result = _checked(content, photo)
    except NotAcceptable as refused:
        _reject(found, refused.rejection, ref)
        objects.delete([ref])
        return
    objects.put(ref, "preview", result.preview)
    objects.put(ref, "thumbnail", result.thumbnail)
    by = _caller(ref, photo)
    sight = vision.sight(result.preview, photo.sha256, judge, by)
    try:
        store.finish(found, photo.ready(result.evidence, sight, by.at), result.perceptual_hash, by)
    except Stale:
        if store.find(ref) is None:
            objects.delete([ref])
            return
        raise
    observe.count("photos_ready")
    observe.logger.info("photo_inspected", status="ready")


def _checked(content: bytes, photo: Photo) -> Inspected:
    """S3 has verified size and hash if the upload used the URL as it was signed. Evidence must not depend on that.

    Raises: NotAcceptable.
    """
    if len(content) != photo.size_bytes:
        raise NotAcceptable("size_mismatch")
    if hashlib.sha256(content).hexdigest() != photo.sha256:
        raise NotAcceptable("checksum_mismatch")
    return images.inspect(content, photo.content_type)


def _reject(found: Registered, rejection: Rejection, ref: PhotoRef) -> None:
    by = _caller(ref, found.photo)
    store.finish(found, found.photo.rejected(rejection, by.at), None, by)
    observe.count("photos_rejected")
    observe.logger.info("photo_inspected", status="rejected", rejection=rejection)


def _caller(ref: PhotoRef, photo: Photo) -> Caller:
    return worker(_WORKER, ref.tenant, photo.request_id)
