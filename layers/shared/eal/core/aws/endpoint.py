"""The address of a service: AWS's own, or that of the local stack."""

from __future__ import annotations

import os
from typing import NamedTuple


class AwsEndpoint(NamedTuple):
    """`authority` is the host with the port, as in the header Host."""

    scheme: str
    authority: str
    is_custom: bool

    @property
    def host(self) -> str:
        return self.authority.partition(":")[0]

    @property
    def port(self) -> int:
        port = self.authority.partition(":")[2]
        return int(port) if port else {"http": 80, "https": 443}[self.scheme]


def region() -> str:
    """The variable that botocore reads. Lambda sets it, beside AWS_REGION."""
    return os.environ["AWS_DEFAULT_REGION"]


def endpoint_of(host: str, variable: str) -> AwsEndpoint:
    """The address in AWS_ENDPOINT_URL_<variable> or AWS_ENDPOINT_URL, else `host`.

    https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
    """
    url = os.environ.get(f"AWS_ENDPOINT_URL_{variable}") or os.environ.get("AWS_ENDPOINT_URL")
    scheme, _, rest = (url or f"https://{host}").partition("://")
    return AwsEndpoint(scheme, rest.partition("/")[0], is_custom=url is not None)
