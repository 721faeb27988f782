"""Our own client against a server that answers badly: byte by byte, half, never, with faults."""

from __future__ import annotations

import json
import socket
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eal.core import aws
from eal.core.aws import client, retries
from eal.core.aws.connection import AwsRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.eal.core.aws.conftest import Serve

KEY: Any = {"pk": {"S": "a"}}
ITEM = {"Item": {"pk": {"S": "é 漢字 😀"}}}


def http(status: int, body: object = None, **headers: str) -> bytes:
    content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} x", f"Content-Length: {len(content)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join((*lines, "", "")).encode() + content


FOUND = http(200, ITEM)
FAULT = http(503)
THROTTLE = http(400, {"__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"})
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b'b;name=value\r\n{"Item":{"p\r\nE\r\nk":{"S":"a"}}}\r\n0\r\nTrailer: x\r\n\r\n'
)


def get() -> Any:
    return aws.dynamodb().get_item(TableName="t", Key=KEY)


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between attempts, which nobody waits for."""
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    return pauses


def hang_up(peer: socket.socket) -> None:
    peer.shutdown(socket.SHUT_RDWR)


def reset(peer: socket.socket) -> None:
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    peer.close()


def cut_off(response: bytes, after: int) -> Callable[[socket.socket], object]:
    def react(peer: socket.socket) -> None:
        peer.sendall(response[:after])
        peer.shutdown(socket.SHUT_RDWR)

    return react


def test_a_connection_is_kept(serve: Serve) -> None:
    server = serve(FOUND, CHUNKED, http(200), FOUND)

    assert get() == ITEM
    assert get() == {"Item": {"pk": {"S": "a"}}}
    assert get() == {}
    assert get() == ITEM

    assert server.connections == 1


def test_a_connection_that_the_service_ends_is_not_used_again(serve: Serve, pauses: list[float]) -> None:
    server = serve(http(200, ITEM, Connection="close"), FOUND)

    assert (get(), get()) == (ITEM, ITEM)

    assert (server.connections, pauses) == (2, [])


def test_an_idle_connection_that_was_closed_is_not_used_again(serve: Serve, pauses: list[float]) -> None:
    def respond_and_close(peer: socket.socket) -> None:
        peer.sendall(FOUND)
        peer.shutdown(socket.SHUT_RDWR)

    server = serve(respond_and_close, FOUND)
    get()
    (idle,) = aws.dynamodb()._transport._host._idle  # type: ignore[attr-defined]
    idle._socket.recv(1, socket.MSG_PEEK)  # waits for the end of the connection

    assert get() == ITEM

    assert (server.connections, pauses) == (2, [])


def silent(peer: socket.socket) -> None:
    """Nothing comes back, as if a NAT gateway had forgotten the connection. The end of the client's side ends it."""
    peer.recv(1)


@pytest.mark.parametrize("death", [silent, hang_up, reset])
def test_connections_that_died_together_fail_one_attempt(
    serve: Serve, death: Any, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "READ_SECONDS", 0.5)
    together = threading.Barrier(6)

    def respond(peer: socket.socket) -> None:
        together.wait()
        peer.sendall(FOUND)

    server = serve(*[respond] * 6, death, *[FOUND] * 3)
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(lambda _: get(), range(6))) == [ITEM] * 6
    assert server.connections == 6

    assert [get(), get(), get()] == [ITEM] * 3

    assert (server.connections, len(pauses)) == (7, 1)


def test_a_connection_that_was_idle_for_long_is_not_used_again(
    serve: Serve, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(FOUND, FOUND)
    get()
    later = time.time() + 301  # the monotonic clock stands still while Lambda freezes the process
    monkeypatch.setattr(time, "time", lambda: later)

    assert get() == ITEM

    assert (server.connections, pauses) == (2, [])


def test_a_response_that_does_not_match_its_checksum_is_requested_again(
    serve: Serve, pauses: list[float]
) -> None:
    wrong = http(
        200, {"Item": {"pk": {"S": "WRONG"}}}, x_amz_crc32=str(zlib.crc32(json.dumps(ITEM).encode()))
    )
    right = http(200, ITEM, x_amz_crc32=str(zlib.crc32(json.dumps(ITEM).encode())))
    server = serve(wrong, http(200, ITEM, x_amz_crc32="no number"), right)

    assert get() == ITEM

    assert (len(server.requests), len(pauses)) == (3, 2)


@pytest.mark.parametrize(
    "failure",
    [FAULT, http(500), http(502, b"<html>"), http(504), THROTTLE, hang_up, reset]
    + [cut_off(FOUND, after) for after in (5, 20, len(FOUND) - 1)]
    + [cut_off(CHUNKED, after) for after in (60, 75, len(CHUNKED) - 1)]
    + [b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 two hundred\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n", b"\x00" * 70_000],
)
def test_a_failure_is_tried_again(serve: Serve, failure: Any, pauses: list[float]) -> None:
    server = serve(failure, failure, FOUND)

    assert get() == ITEM

    assert len(server.requests) == 3
    assert len(pauses) == 2
    assert 0 <= pauses[0] < 1
    assert 0 <= pauses[1] < 2


@pytest.mark.parametrize(
    ("failure", "error"),
    [(FAULT, "503"), (THROTTLE, "ProvisionedThroughputExceededException"), (hang_up, "Unreachable")],
)
def test_the_third_failure_is_the_last(serve: Serve, failure: Any, error: str) -> None:
    server = serve(failure, failure, failure)

    with pytest.raises((aws.Refused, aws.Unreachable)) as raised:
        get()

    assert type(raised.value).__name__ == error
    assert len(server.requests) == 3


def test_each_attempt_has_its_own_signature(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([time.gmtime(0), time.gmtime(400)])
    monkeypatch.setattr(time, "gmtime", lambda: next(moments))
    server = serve(FAULT, FOUND)

    get()

    dates = [
        line
        for request in server.requests
        for line in request.split(b"\r\n")
        if line.startswith(b"x-amz-date")
    ]
    assert dates == [b"x-amz-date: 19700101T000000Z", b"x-amz-date: 19700101T000640Z"]


@pytest.mark.parametrize("name", ["x-amzn-ErrorType", None])
def test_an_error_is_not_tried_again(serve: Serve, name: str | None) -> None:
    kind = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException:http://internal"
    body = {"message": "The conditional request failed", **ITEM, **({} if name else {"__type": kind})}
    server = serve(http(400, body, **({"x_amzn_ErrorType": kind} if name else {})))

    refused: Any = aws.dynamodb().exceptions.ConditionalCheckFailedException
    with pytest.raises(refused) as raised:
        get()

    assert raised.value.response["Item"] == ITEM["Item"]
    assert raised.value.response["Error"] == {
        "Code": "ConditionalCheckFailedException",
        "Message": "The conditional request failed",
    }
    assert len(server.requests) == 1


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"\xff", b'{"Item":'])
def test_a_successful_answer_that_is_no_object_is_an_error(serve: Serve, body: bytes) -> None:
    serve(http(200, body))
    with pytest.raises(aws.Unreachable, match="not JSON"):
        get()


def test_nothing_listens(environment: None, monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")

    with pytest.raises(aws.NotConnected):
        get()

    assert len(pauses) == 2


def test_an_interim_answer_is_not_the_answer(serve: Serve) -> None:
    serve(b"HTTP/1.1 100 Continue\r\n\r\n" + FOUND)
    assert get() == ITEM


def test_bytes_after_an_answer_are_not_the_next_answer(serve: Serve) -> None:
    server = serve(FOUND + http(200, {"Item": {"pk": {"S": "of somebody else"}}}), FOUND)

    assert (get(), get()) == (ITEM, ITEM)

    assert server.connections == 2


def test_a_big_answer_and_a_big_request(serve: Serve) -> None:
    big = {"Item": {"pk": {"S": "é" * 3_000_000}}}
    server = serve(http(200, big))

    table: Any = aws.dynamodb()
    assert table.put_item(TableName="t", Item=big["Item"]) == big

    assert len(server.requests[0]) > 3_000_000


def test_a_silent_service_is_a_timeout(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "READ_SECONDS", 0.05)
    quota = retries.QUOTA - 2 * retries.COST_OF_TIMEOUT
    server = serve(*[lambda _peer: None] * 3)

    with pytest.raises(aws.Unreachable, match="TimeoutError"):
        get()

    assert len(server.requests) == 3
    assert aws.dynamodb()._transport._quota._left == quota  # type: ignore[attr-defined]


def test_a_call_ends_at_its_deadline(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes in time, but all together never do: the clock moves by a second with each."""
    now = [1000.0]

    def tick() -> float:
        now[0] += 1
        return now[0]

    monkeypatch.setattr(time, "monotonic", tick)

    def drip(peer: socket.socket) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\n")
        for _ in range(1000):
            peer.sendall(b"X")

    server = serve(drip)

    with pytest.raises(aws.Unreachable, match="TimeoutError"):
        get()

    assert len(server.requests) == 1


def test_an_exhausted_quota_ends_the_attempts(serve: Serve) -> None:
    server = serve(*[FAULT] * 500)
    attempts = []
    for _ in range(101):
        before = len(server.requests)
        with pytest.raises(aws.Refused):
            get()
        attempts.append(len(server.requests) - before)

    assert attempts == [3] * 50 + [1] * 51


def test_a_success_puts_back_what_its_attempts_took(serve: Serve) -> None:
    serve(FAULT, FOUND, FOUND)
    quota: Any = aws.dynamodb()._transport._quota  # type: ignore[attr-defined]
    quota.take(10)
    left = []

    for _ in range(2):
        get()
        left.append(quota._left)

    assert left == [retries.QUOTA - 10, retries.QUOTA - 9]


def test_a_transaction_has_one_token_for_all_attempts(serve: Serve) -> None:
    server = serve(hang_up, http(200, {}), http(200, {}), http(200, {}))
    transact: Any = aws.dynamodb().transact_write_items

    transact(TransactItems=[])
    transact(TransactItems=[])
    transact(TransactItems=[], ClientRequestToken="ours")

    first, again, second, given_ = [
        json.loads(request.partition(b"\r\n\r\n")[2])["ClientRequestToken"] for request in server.requests
    ]
    assert first == again != second
    assert len(first) <= 36  # DynamoDB's limit
    assert given_ == "ours"


def test_the_trace_is_passed_on_in_lambda_only(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    server = serve(FOUND, FOUND)
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1")
    get()
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "leads-get")
    get()

    assert [b"x-amzn-trace-id: Root=1-5759e988" in request for request in server.requests] == [False, True]


def test_the_endpoint_of_a_service_wins(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    server = serve(FOUND, http(200, {"FailedEntryCount": 0}))
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", server.url)
    monkeypatch.setenv("AWS_ENDPOINT_URL_EVENTBRIDGE", server.url)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")

    assert get() == ITEM
    assert aws.events().put_events(Entries=[])["FailedEntryCount"] == 0


@given(name=st.text(max_size=20), value=st.text(max_size=20))
def test_no_header_begins_another_one(name: str, value: str) -> None:
    request = AwsRequest("GET", "/", {f"x-{name}": value, "host": "h"}, b"")
    try:
        encoded = request.encoded()
    except ValueError:
        return
    assert encoded.count(b"\r\n") == encoded.count(b"\n") == encoded.count(b"\r") == 4


def test_a_line_break_in_metadata_is_refused(serve: Serve) -> None:
    server = serve()
    with pytest.raises(ValueError, match="line break"):
        aws.s3().put_object(Bucket="b", Key="k", Body=b"", Metadata={"a": "1\r\nx-amz-acl: public-read"})
    assert server.requests == []


def test_the_clients_of_many_threads_share_connections(serve: Serve) -> None:
    server = serve(*[FOUND] * 400)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _: get(), range(400))) == [ITEM] * 400
    assert server.connections <= 8


def test_an_operation_of_s3_that_needs_the_sdk_says_so(environment: None) -> None:
    with pytest.raises(AttributeError, match="s3_sdk"):
        aws.s3().list_objects_v2(Bucket="b")
