"""The inspection of an uploaded photo, from S3's notification to `ready` or `rejected`.

The worker may be killed at any line. The preview and the thumbnail are stored before the photo becomes `ready`, and a
rejected file is deleted after its rejection is committed, so a second run finds what is left to do. A photo that was
deleted meanwhile loses its objects again.

S3's notification is not processed itself: each photo is sent to the queue again as an `InspectPhotoTask` in the message
group of its tenant, because the queue is fair among groups and S3 sets none.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from eal.ai import chain
from eal.ai.photos import PhotoLook
from eal.core import aws, observe, settings
from eal.core.caller import worker
from eal.core.table.item import dump
from eal.core.table.write import Stale
from eal.core.transaction import until_committed
from eal.domain.claims.photos import images, objects, store, vision
from eal.domain.claims.photos.images import NotAcceptable
from eal.domain.claims.photos.messages import InspectPhotoTask
from eal.domain.claims.photos.model import PhotoRef

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eal.core.caller import Caller
    from eal.core.uploads import UploadForm
    from eal.domain.claims.photos.images import Inspected
    from eal.domain.claims.photos.model import Photo, Rejection
    from eal.domain.claims.photos.store import Registered

_WORKER = "inspect_photo"


def inspect(task: InspectPhotoTask) -> None:
    """Inspect a photo, unless that was done."""
    judge = chain.Judge[PhotoLook]()
    until_committed(lambda: _inspect(task.ref, judge))


def enqueue_uploaded(uploads: Iterable[UploadForm]) -> None:
    """Enqueue the photos of an S3 notification."""
    for upload in uploads:
        ref = PhotoRef.of_original(upload.key)
        if ref is None:
            observe.logger.info("photo_message_dropped")
            continue
        _enqueue(ref)


def give_up(task: InspectPhotoTask) -> None:
    """Reject the photo, whose inspection failed. Its original stays: redriving the dead letter inspects it again."""
    found = store.find(task.ref)
    if found and found.photo.can_be_inspected:
        _reject(found, "inspection_failed", task.ref)


def _enqueue(ref: PhotoRef) -> None:
    found = _inspectable(ref)
    if found is None:
        return
    photo = found.photo
    if photo.status == "awaiting_upload":
        store.begin(photo, ref.tenant, _caller(ref, photo))
    message = InspectPhotoTask(
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


def _inspect(ref: PhotoRef, judge: chain.Judge[PhotoLook]) -> None:
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
