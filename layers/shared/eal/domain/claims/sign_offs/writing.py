"""The bundle of a sign-off, from its frozen content to the manifest in the audit log.

The worker may be killed at any line. Files are named by their hashes and are the same in every run; the manifest is
committed after them; the draft is deleted last. A sign-off that was erased meanwhile loses its files again.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from eal.core import observe
from eal.domain.claims.photos import objects as photo_objects
from eal.domain.claims.photos.model import PhotoRef
from eal.domain.claims.sign_offs import bundle, objects, report, store
from eal.domain.claims.sign_offs.files import (
    CSV_NAME,
    JSON_NAME,
    MANIFEST_NAME,
    REPORT_NAME,
    SCHEMA_NAME,
    BundleManifest,
    file_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eal.domain.claims.sign_offs.bundle import Bundle
    from eal.domain.claims.sign_offs.messages import WriteBundleTask
    from eal.domain.claims.sign_offs.model import SignOffRef

MAX_PRINTED_PHOTOS = 300
"""The report shows the pictures of so many: about 60 MB. It lists the others."""
_WORKER = "write_bundle"


class ContentLost(Exception):
    """The draft of a sign-off is missing, or differs from what was signed."""


def write(task: WriteBundleTask) -> None:
    """Write the bundle, unless that was done.

    Raises: ContentLost; Stale if the sign-off has changed meanwhile.
    """
    ref, by = task.ref, task.as_worker(_WORKER)
    sign_off = store.find(ref)
    if sign_off is None:
        objects.delete_sign_off(ref)
        return
    if sign_off.is_complete:
        objects.delete_draft(ref)
        return
    content = objects.draft(ref)
    if content is None or file_of(JSON_NAME, content).sha256 != sign_off.content_sha256:
        raise ContentLost(ref.sign_off_id)
    files = []
    for name, data in _files(content, ref):
        files.append(file_of(name, data))
        objects.put(ref, files[-1], data)
    manifest = BundleManifest(files=tuple(files))
    objects.put(ref, file_of(MANIFEST_NAME, manifest.as_json()), manifest.as_json())
    store.finish(sign_off, manifest, by)
    by.transaction.commit()
    objects.delete_draft(ref)
    observe.count("claim_bundles_written")


def give_up(task: WriteBundleTask) -> None:
    """Mark the sign-off's bundle as failed. A redrive of its message, now a dead letter, still writes it."""
    by = task.as_worker(_WORKER)
    sign_off = store.find(task.ref)
    if sign_off and not sign_off.is_complete:
        store.fail(sign_off, by)
        by.transaction.commit()


def _files(content: bytes, ref: SignOffRef) -> Iterator[tuple[str, bytes]]:
    """The report is last, because it lists the hashes of the others."""
    signed = bundle.of_json(content)
    others = {
        JSON_NAME: content,
        CSV_NAME: bundle.as_csv(signed),
        SCHEMA_NAME: bundle.schema(),
    }
    yield from others.items()
    hashed = [file_of(name, data) for name, data in others.items()]
    yield REPORT_NAME, report.render(signed, _previews(signed, ref), hashed)


def _previews(signed: Bundle, ref: SignOffRef) -> dict[str, bytes]:
    found = {}
    for photo in islice(signed.photos, MAX_PRINTED_PHOTOS):
        preview = photo_objects.preview(PhotoRef(ref.tenant, ref.claim_id, photo.id))
        if preview is not None:
            found[photo.id] = preview
    return found
