"""A soak of our own AWS client: many calls against an emulator, through a proxy that injures connections.

Every call must return what was stored, or fail for a reason that the proxy knows: each of its attempts met a fault.
Anything else is an unexplained error. Without an address, the emulator is moto's server in this process.
"""

from __future__ import annotations

import http.client
import os
import random
import re
import socket
import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from eal.core import aws
from eal.core.aws import client, retries, transport
from tools.fixtures import http_requests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

THREADS = 8
FAULT_SHARE = 0.05
"""Share of the requests that meet a fault."""
SECONDS_OF_CREATION = 30.0
"""The read timeout of the first calls, in which moto loads its services."""
TABLE = BUCKET = QUEUE = BUS = "soak"
_CALL = re.compile(rb"call-\d+-")
_turn = threading.Lock()
"""moto is not safe in threads: it answers one request at a time, and the client waits for several."""


def main(calls: int, endpoint: str | None) -> int:
    """Print the counts as markdown. Returns 1 if there is an unexplained error."""
    with _emulator(endpoint) as upstream, closing(Proxy(upstream)) as proxy:
        with (
            _environment(upstream),
            _patience(),
        ):
            resources = _create()
        with _environment(proxy.url):
            began = time.perf_counter()
            with ThreadPoolExecutor(THREADS) as pool:
                outcomes = Counter(pool.map(lambda number: _outcome(number, resources, proxy), range(calls)))
            seconds = time.perf_counter() - began
    print(f"{calls} calls of {THREADS} threads in {seconds:.0f} s against {endpoint or 'moto'}\n")
    print("| outcome | calls |\n|---|---|")
    for outcome, count in outcomes.most_common():
        print(f"| {outcome} | {count} |")
    print("\n| met by a request | times |\n|---|---|")
    for fault, count in proxy.met.most_common():
        print(f"| {fault} | {count} |")
    return int(any(outcome.startswith("unexplained") for outcome in outcomes))


def _outcome(number: int, resources: dict[str, str], proxy: Proxy) -> str:
    name = f"call-{number}-"
    operation = OPERATIONS[number % len(OPERATIONS)]
    try:
        problem = operation(name, resources)
    except (aws.Refused, aws.Unreachable) as fault:
        problem = f"{type(fault).__name__} {fault.__cause__!r}" if fault.__cause__ else str(fault)
    met = proxy.met_by(name)
    if problem is None:
        return "as it should be, at once" if set(met) <= {"nothing"} else "as it should be, after faults"
    last = met[-retries.ATTEMPTS :]
    if not {"nothing", *HARMLESS} & set(last):
        return f"failed, because its {len(last)} attempts met faults"
    return f"unexplained: {operation.__name__[1:]}: {problem} after {', '.join(met)}"


# ---------------------------------------------------------------- the calls: each returns None, or what is wrong


def _item(name: str, _resources: dict[str, str]) -> str | None:
    table: Any = aws.dynamodb()
    item = {"pk": {"S": name}, "text": {"S": f"é 漢字 😀 {name}" * 20}}
    table.put_item(TableName=TABLE, Item=item)
    found = table.get_item(TableName=TABLE, Key={"pk": {"S": name}}, ConsistentRead=True)
    table.delete_item(TableName=TABLE, Key={"pk": {"S": name}})  # moto copies the table for each transaction
    return None if found.get("Item") == item else f"another item: {found}"


def _condition(name: str, _resources: dict[str, str]) -> str | None:
    table: Any = aws.dynamodb()
    key = {"pk": {"S": name}}
    table.put_item(TableName=TABLE, Item=key)
    condition = {
        "ConditionExpression": "attribute_not_exists(pk)",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    try:
        table.put_item(TableName=TABLE, Item=key, **condition)
    except table.exceptions.ConditionalCheckFailedException as refused:
        table.delete_item(TableName=TABLE, Key=key)
        return None if refused.response["Item"] == key else "another item"
    return "written over a condition"


def _transaction(name: str, _resources: dict[str, str]) -> str | None:
    table: Any = aws.dynamodb()
    key = {"pk": {"S": name}}
    table.transact_write_items(TransactItems=[{"Put": {"TableName": TABLE, "Item": key}}])
    found = table.transact_get_items(TransactItems=[{"Get": {"TableName": TABLE, "Key": key}}])
    table.delete_item(TableName=TABLE, Key=key)
    return None if found["Responses"][0].get("Item") == key else f"another item: {found}"


def _object(name: str, _resources: dict[str, str]) -> str | None:
    body = f"{name} é".encode() * 500
    aws.s3().put_object(Bucket=BUCKET, Key=f"a b/{name}/é", Body=body, Metadata={"name": name})
    head = aws.s3().head_object(Bucket=BUCKET, Key=f"a b/{name}/é")
    stored = aws.s3().get_object(Bucket=BUCKET, Key=f"a b/{name}/é")["Body"].read()
    return None if stored == body and head["Metadata"] == {"name": name} else "another object"


def _message(name: str, resources: dict[str, str]) -> str | None:
    sent = aws.sqs().send_message(QueueUrl=resources["queue"], MessageBody=name)
    return None if sent.get("MessageId") else f"no id: {sent}"


def _event(name: str, _resources: dict[str, str]) -> str | None:
    entry: Any = {"Source": name, "DetailType": "x", "Detail": "{}", "EventBusName": BUS}
    sent = aws.events().put_events(Entries=[entry])
    return None if sent["FailedEntryCount"] == 0 else f"failed: {sent}"


def _secret(name: str, resources: dict[str, str]) -> str | None:
    context = {"name": name}
    sealed = aws.kms().encrypt(KeyId=resources["key"], Plaintext=name.encode(), EncryptionContext=context)
    opened = aws.kms().decrypt(CiphertextBlob=sealed["CiphertextBlob"], EncryptionContext=context)
    return None if opened["Plaintext"] == name.encode() else "another plaintext"


OPERATIONS = (_item, _condition, _transaction, _object, _message, _event, _secret)


@contextmanager
def _patience() -> Iterator[None]:
    with (
        patch.object(client, "READ_SECONDS", SECONDS_OF_CREATION),
        patch.object(transport, "DEADLINE_SECONDS", SECONDS_OF_CREATION),
    ):
        yield


def _create() -> dict[str, str]:
    aws.dynamodb().create_table(
        TableName=TABLE,
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    aws.s3_sdk().create_bucket(Bucket=BUCKET)
    aws.events().create_event_bus(Name=BUS)
    return {
        "queue": aws.sqs().create_queue(QueueName=QUEUE)["QueueUrl"],
        "key": aws.kms().create_key()["KeyMetadata"]["KeyId"],
    }


# ---------------------------------------------------------------- the proxy


class Proxy:
    """Passes requests on to the emulator. A share of them meets a fault, before or after the emulator has answered."""

    def __init__(self, upstream: str) -> None:
        self._upstream = upstream.removeprefix("http://")
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._random = random.Random(1)  # noqa: S311 - the same faults in every run
        self._met: defaultdict[bytes, list[str]] = defaultdict(list)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.met: Counter[str] = Counter()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def met_by(self, call: str) -> list[str]:
        """The fault, or none, that each request of a call met."""
        return self._met[call.encode()]

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                peer, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer: socket.socket) -> None:
        with peer, suppress(OSError), closing(http.client.HTTPConnection(self._upstream)) as upstream:
            while request := http_requests.read(peer):
                fault = (
                    self._random.choice(list(FAULTS)) if self._random.random() < FAULT_SHARE else "nothing"
                )
                self.met[fault] += 1
                if name := _CALL.search(request):
                    self._met[name[0]].append(fault)
                if fault == "nothing":
                    peer.sendall(_forward(upstream, request))
                elif not FAULTS[fault](peer, upstream, request):
                    return


def _forward(upstream: http.client.HTTPConnection, request: bytes, *, in_chunks: bool = False) -> bytes:
    """The emulator's response."""
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, target, _ = first.split(" ")
    headers = dict(line.split(": ", 1) for line in lines)
    with _turn:
        upstream.request(method, target, body, headers)
        response = upstream.getresponse()
        content = response.read()
    kept = [
        f"{name}: {value}" for name, value in response.getheaders() if name.lower() not in _OF_A_CONNECTION
    ]
    if method == "HEAD":
        kept.append(f"Content-Length: {response.headers['Content-Length']}")
    elif in_chunks:
        kept.append("Transfer-Encoding: chunked")
        parts = [content[start : start + 7] for start in range(0, len(content), 7)]
        content = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in [*parts, b""])
    else:
        kept.append(f"Content-Length: {len(content)}")
    return "\r\n".join((f"HTTP/1.1 {response.status} x", *kept, "", "")).encode() + content


_OF_A_CONNECTION = {"connection", "content-length", "transfer-encoding"}
type Fault = Callable[[socket.socket, http.client.HTTPConnection, bytes], bool]
"""Returns whether the connection goes on."""


def _hang_up(_peer: socket.socket, _upstream: http.client.HTTPConnection, _request: bytes) -> bool:
    return False


def _reset(peer: socket.socket, _upstream: http.client.HTTPConnection, _request: bytes) -> bool:
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    return False


def _lose_the_response(_peer: socket.socket, upstream: http.client.HTTPConnection, request: bytes) -> bool:
    _forward(upstream, request)
    return False


def _cut_off(peer: socket.socket, upstream: http.client.HTTPConnection, request: bytes) -> bool:
    response = _forward(upstream, request)
    peer.sendall(response[: len(response) * 2 // 3])
    return False


def _stall(_peer: socket.socket, _upstream: http.client.HTTPConnection, _request: bytes) -> bool:
    time.sleep(client.READ_SECONDS * 1.1)
    return False


def _unavailable(peer: socket.socket, _upstream: http.client.HTTPConnection, _request: bytes) -> bool:
    peer.sendall(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 5\r\n\r\nsorry")
    return True


def _close_afterwards(peer: socket.socket, upstream: http.client.HTTPConnection, request: bytes) -> bool:
    peer.sendall(_forward(upstream, request))
    return False


def _in_chunks(peer: socket.socket, upstream: http.client.HTTPConnection, request: bytes) -> bool:
    peer.sendall(_forward(upstream, request, in_chunks=True))
    return True


def _in_pieces(peer: socket.socket, upstream: http.client.HTTPConnection, request: bytes) -> bool:
    for byte in _forward(upstream, request):
        peer.sendall(bytes([byte]))
    return True


FAULTS: dict[str, Fault] = {
    "the connection ended": _hang_up,
    "the connection was reset": _reset,
    "the response was lost": _lose_the_response,
    "the response was cut off": _cut_off,
    "no response in time": _stall,
    "status 503": _unavailable,
    "the connection ended after the response": _close_afterwards,
    "the response came in chunks": _in_chunks,
    "the response came byte by byte": _in_pieces,
}
HARMLESS = {
    "the connection ended after the response",
    "the response came in chunks",
    "the response came byte by byte",
}


# ---------------------------------------------------------------- the emulator


@contextmanager
def _emulator(endpoint: str | None) -> Iterator[str]:
    if endpoint:
        yield endpoint
        return
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@contextmanager
def _environment(endpoint: str) -> Iterator[None]:
    variables = {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    with patch.dict(os.environ, variables):
        aws.close()
        yield
        aws.close()
