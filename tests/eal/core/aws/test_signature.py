"""Signatures and presigned URLs are equal to those of botocore's own signers."""

from __future__ import annotations

import hashlib
import time
from datetime import datetime
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

import botocore.auth
import botocore.session
import pytest
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from eal.core.aws import s3_client
from eal.core.aws.connection import AwsRequest, AwsResponse
from eal.core.aws.s3_client import S3Client
from eal.core.aws.signature import Signer
from eal.core.aws.transport import AwsTransport

KEY, SECRET, TOKEN = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "token/with+signs=="
REGION = "eu-west-1"
UNCHANGING = [HealthCheck.function_scoped_fixture]  # the environment is the same for every example

moments = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)).map(
    lambda moment: moment.replace(microsecond=0)
)
names = st.text("abcdefghijklmnopqrstuvwxyz-0123456789", min_size=1, max_size=12).map(
    lambda name: f"x-{name}"
)
values = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40)
keys = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)


@pytest.fixture(autouse=True, params=["", TOKEN], ids=["key", "session"])
def token(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    token: str = request.param
    monkeypatch.setenv("AWS_SESSION_TOKEN", token)
    return token


@settings(max_examples=1500, suppress_health_check=UNCHANGING)
@given(
    service=st.sampled_from(["dynamodb", "sqs", "events", "kms", "secretsmanager"]),
    body=st.binary(max_size=200),
    more=st.dictionaries(names, values, max_size=4),
    at=moments,
)
@example("dynamodb", b"", {"x-spaces": "  a   b  "}, datetime(2024, 2, 29, 23, 59, 59))
def test_a_signature_is_botocores(
    token: str, service: str, body: bytes, more: dict[str, str], at: datetime
) -> None:
    host = f"{service}.{REGION}.amazonaws.com"
    headers = {"host": host, "content-type": "application/x-amz-json-1.0", "x-amz-target": "X.Y", **more}
    theirs = AWSRequest("POST", f"https://{host}/", headers=headers, data=body)
    with patch.object(botocore.auth, "get_current_datetime", lambda: at):
        botocore.auth.SigV4Auth(Credentials(KEY, SECRET, token or None), service, REGION).add_auth(theirs)

    ours = Signer(service, REGION).headers(
        "POST", "/", headers, hashlib.sha256(body).hexdigest(), at.utctimetuple()
    )

    assert ours["authorization"] == theirs.headers["Authorization"]
    assert ours["x-amz-date"] == theirs.headers["X-Amz-Date"]
    assert ours.get("x-amz-security-token") == theirs.headers.get("X-Amz-Security-Token")


@settings(max_examples=500, suppress_health_check=UNCHANGING)
@given(key=keys, body=st.binary(max_size=50), metadata=values, at=moments)
@example("a//b/../c ~é+%2F?x=1#y", b"", "", datetime(2026, 1, 1))
def test_a_signature_for_s3_is_botocores(
    token: str, key: str, body: bytes, metadata: str, at: datetime
) -> None:
    """S3 signs the path as it is sent, and the hash of the body as a header."""
    sent: list[AwsRequest] = []

    def send(_transport: AwsTransport, request: AwsRequest, _code_of: object) -> AwsResponse:
        sent.append(request)
        return AwsResponse(200, {}, b"")

    with patch.object(AwsTransport, "send", send):
        S3Client().put_object(Bucket="bucket", Key=key, Body=body, Metadata={"Note": metadata})
    ((method, target, headers, _),) = sent
    theirs = AWSRequest(method, f"https://{headers['host']}{target}", headers=headers, data=body)
    with patch.object(botocore.auth, "get_current_datetime", lambda: at):
        botocore.auth.S3SigV4Auth(Credentials(KEY, SECRET, token or None), "s3", REGION).add_auth(theirs)

    ours = Signer("s3", REGION).headers(
        method, target, headers, headers["x-amz-content-sha256"], at.utctimetuple()
    )

    assert ours["authorization"] == theirs.headers["Authorization"]


PUT: dict[str, Any] = {
    "ContentType": "image/jpeg",
    "ContentLength": 12345,
    "ChecksumSHA256": "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=",
    "IfNoneMatch": "*",
}


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
@pytest.mark.parametrize("endpoint", ["", "http://127.0.0.1:4566"])
def test_a_presigned_url_is_botocores(
    token: str, region: str, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    if endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    session = botocore.session.Session()
    session.set_credentials(KEY, SECRET, token or None)
    theirs: Any = session.create_client(
        "s3", config=Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
    )
    ours = S3Client()

    @settings(max_examples=100)
    @given(
        key=keys.filter(lambda key: not key.startswith("/")),
        method=st.sampled_from(["get_object", "put_object"]),
        name=values,
        seconds=st.integers(1, 604_800),
    )
    def compare(key: str, method: str, name: str, seconds: int) -> None:
        more = (
            PUT
            if method == "put_object"
            else {"ResponseContentDisposition": f'attachment; filename="{name}"'}
        )
        params = {"Bucket": "uploads-bucket", "Key": key, **more}
        expected = urlsplit(theirs.generate_presigned_url(method, Params=params, ExpiresIn=seconds))
        query = dict(parse_qsl(expected.query))
        with patch.object(time, "gmtime", lambda: time.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ")):
            url = urlsplit(ours.generate_presigned_url(method, Params=params, ExpiresIn=seconds))
        assert url[:3] == expected[:3]
        assert dict(parse_qsl(url.query)) == query

    compare()


def test_the_headers_and_parameters_of_s3_have_botocores_names() -> None:
    model = botocore.session.Session().get_service_model("s3")
    for operation, direction in (("PutObject", s3_client._HEADERS), ("GetObject", s3_client._QUERY)):
        shape = model.operation_model(operation).input_shape
        assert shape
        for name, wire_name in direction.items():
            assert shape.members[name].serialization["name"].lower() == wire_name
