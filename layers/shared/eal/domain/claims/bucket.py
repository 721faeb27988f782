"""The bucket of photos and bundles."""

from datetime import timedelta

UPLOAD_WINDOW = timedelta(hours=1)
"""Time for which the URL of an upload or a download is valid."""


class NotDeleted(Exception):
    """S3 did not delete an object. Its code says why."""
