"""What photos and bundles share: the bucket that their objects are in."""

from datetime import timedelta

UPLOAD_WINDOW = timedelta(hours=1)
"""How long the URL of an upload or a download is valid."""


class NotDeleted(Exception):
    """S3 did not delete an object. Its code says why."""
