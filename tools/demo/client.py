"""A client of a running stack, as its `stack.json` describes it."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Stack:
    """What `make run` wrote."""

    api_url: str
    receivers: dict[str, str]
    keys: dict[str, str]
    aws: dict[str, str]

    @classmethod
    def read(cls, path: Path) -> Stack:
        known = json.loads(path.read_text())
        return cls(known["api_url"], known["receivers"], known["keys"], known["aws"])

    def call(
        self,
        method: str,
        path: str,
        *,
        key: str | None = None,
        body: object = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One request to the API; `path` is the contract's, after /api/v1."""
        sent = dict(headers or {})
        if key:
            sent["Authorization"] = f"Bearer {key}"
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        return send(method, self.api_url + path, data, sent)

    def client(self, service: str) -> Any:
        """A boto3 client of the stack's AWS."""
        import boto3

        return boto3.client(  # type: ignore[call-overload]  # the stubs want the service as a literal
            service,
            endpoint_url=self.aws["endpoint_url"],
            region_name=self.aws["region"],
            aws_access_key_id="test",
            aws_secret_access_key="test",  # noqa: S106 - the local stack takes any
        )


def send(method: str, url: str, body: bytes | None, headers: dict[str, str]) -> Answer:
    """One HTTP request, its body byte for byte."""
    split = urlsplit(url)
    connection = http.client.HTTPConnection(split.hostname or "", split.port, timeout=60)
    try:
        connection.request(method, split.path + (f"?{split.query}" if split.query else ""), body, headers)
        response = connection.getresponse()
        return Answer(response.status, dict(response.getheaders()), response.read())
    finally:
        connection.close()
