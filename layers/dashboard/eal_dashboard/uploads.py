"""Files on their way to a bucket, by the presigned URL that the API returns for each.

A script sends them from the browser (static/upload.js). Without one, the browser posts the file to the dashboard, which
sends it on: small files only, because Lambda accepts 6 MB with a request, and API Gateway encodes files in base64.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import urllib3

if TYPE_CHECKING:
    from eal_dashboard.operations import Json
    from eal_dashboard.page import Upload

MAX_POSTED_BYTES = 4 * 1024 * 1024
SECONDS = 4.0
"""Time limit of an upload, in seconds. With two tries of the API's request, it is less than the time-out of the
function."""
NO_RESPONSE = 0
_ALREADY_THERE = 412
_POOL = urllib3.PoolManager(retries=False)


def photo_hosts() -> list[str]:
    return os.environ["PHOTO_HOSTS"].split()


def hosts() -> list[str]:
    """The origins of all buckets to which browsers upload."""
    return [*dict.fromkeys([*photo_hosts(), *os.environ["IMPORT_HOSTS"].split()])]


def fault(upload: Upload, content: bytes | None) -> str:
    """Why a posted file is refused; empty if it is not."""
    if upload.is_declared:
        return "This upload needs JavaScript."
    if not content:
        return "Choose a file that is not empty."
    if len(content) > MAX_POSTED_BYTES:
        return "Without JavaScript, a file has at most 4 MiB. Split it, or upload it through the API."
    return ""


def send(target: Json, content: bytes) -> int:
    """PUT a file. The status of the response, which is that of a success if the bucket has the file already.

    Raises: ValueError if the URL is of no bucket of ours.
    """
    parts = urlsplit(target["url"])
    if f"{parts.scheme}://{parts.netloc}" not in hosts():
        raise ValueError("the upload's URL is of no bucket of ours")
    try:
        response = _POOL.request(
            "PUT",
            target["url"],
            body=content,
            headers=target["headers"],
            timeout=urllib3.Timeout(total=SECONDS),
        )
    except urllib3.exceptions.HTTPError:
        return NO_RESPONSE
    return 200 if response.status == _ALREADY_THERE else response.status
