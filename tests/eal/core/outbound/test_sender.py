"""The sender of a POST, with real receivers on this machine."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from eal.core.outbound import connection, sender
from eal.core.outbound.address import Target
from tests.support.receiver import Receiver, Response, receiving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def _target(receiver: Receiver, addresses: tuple[str, ...] = ("127.0.0.1",)) -> Target:
    return Target(
        scheme="http", host="hooks.example.test", port=receiver.port, path="/hooks?a=b", addresses=addresses
    )


def test_the_body_arrives_unchanged_at_the_pinned_address_with_the_host_name(receiver: Receiver) -> None:
    body = '{"text":"Grüße"}'.encode()

    reply = sender.post(_target(receiver), body, {"x-eal-timestamp": "1"})

    assert (reply.status_code, reply.response, reply.error) == (200, "ok", None)
    (request,) = receiver.requests
    assert request.body == body
    assert request.path == "/hooks?a=b"
    assert request.headers["host"] == f"hooks.example.test:{receiver.port}"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["x-eal-timestamp"] == "1"


def test_the_dns_is_not_queried_between_check_and_connection(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the name of a checked address could resolve to another address."""
    queries: list[object] = []
    query = socket.getaddrinfo

    def watched(host: str, *rest: int) -> object:
        queries.append(host)
        return query(host, *rest)

    monkeypatch.setattr(socket, "getaddrinfo", watched)

    assert sender.post(_target(receiver), b"{}", {}).status_code == 200

    assert queries == ["127.0.0.1"]


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.responses = [Response(302, headers={"Location": f"http://127.0.0.1:{receiver.port}/other"})]

    reply = sender.post(_target(receiver), b"{}", {})

    assert (reply.status_code, reply.error) == (302, "redirect_not_followed")
    assert len(receiver.requests) == 1


def test_a_response_is_read_to_4_kib_and_its_rest_does_not_reach_the_next_one(receiver: Receiver) -> None:
    receiver.responses = [Response(500, b"x" * 10_000_000), Response(200, b"next")]

    first = sender.post(_target(receiver), b"{}", {})
    second = sender.post(_target(receiver), b"{}", {})

    assert first.response == "x" * 4096
    assert second.response == "next"
    assert receiver.requests[0].connection != receiver.requests[1].connection


def test_bytes_that_are_not_text_become_replacement_characters(receiver: Receiver) -> None:
    receiver.responses = [Response(200, b"\xff\xfe")]

    assert sender.post(_target(receiver), b"{}", {}).response == "\ufffd\ufffd"


def test_a_connection_is_reused(receiver: Receiver) -> None:
    for _ in range(3):
        assert sender.post(_target(receiver), b"{}", {}).status_code == 200

    assert len({request.connection for request in receiver.requests}) == 1


def test_a_connection_is_not_reused_for_another_address_or_name(receiver: Receiver) -> None:
    sender.post(_target(receiver), b"{}", {})
    other = Target(
        scheme="http", host="other.example.test", port=receiver.port, path="/", addresses=("127.0.0.1",)
    )
    sender.post(other, b"{}", {})
    elsewhere = sender.post(_target(receiver, ("::1",)), b"{}", {})

    assert elsewhere.error == "connection_failed"
    assert len({request.connection for request in receiver.requests}) == 2


@pytest.mark.parametrize(("clock", "reused"), [("monotonic", False), ("time", False), ("perf_counter", True)])
def test_a_connection_is_not_reused_after_a_minute_on_either_clock(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, clock: str, *, reused: bool
) -> None:
    """The monotonic clock may stand still while Lambda freezes the process; the wall clock may be set."""
    sender.post(_target(receiver), b"{}", {})
    real = getattr(time, clock)
    monkeypatch.setattr(time, clock, lambda: real() + 60)

    sender.post(_target(receiver), b"{}", {})

    first, second = receiver.requests
    assert (first.connection == second.connection) is reused


@pytest.mark.parametrize("body", [b"\xff" * 5000, "é".encode() * 3000, "€".encode() * 2000])
def test_a_response_is_cut_to_4_kib_of_text(receiver: Receiver, body: bytes) -> None:
    receiver.responses = [Response(200, body)]

    response = sender.post(_target(receiver), b"{}", {}).response

    assert response is not None
    assert 4092 <= len(response.encode()) <= 4096


def test_a_closed_idle_connection_is_replaced(receiver: Receiver) -> None:
    receiver.responses = [Response(), Response(hang_up=True), Response(200, b"again")]

    sender.post(_target(receiver), b"{}", {})
    reply = sender.post(_target(receiver), b"{}", {})

    assert (reply.status_code, reply.response) == (200, "again")


def test_a_receiver_that_hangs_up_at_once_is_a_failed_attempt(receiver: Receiver) -> None:
    receiver.responses = [Response(hang_up=True)]

    reply = sender.post(_target(receiver), b"{}", {})

    assert (reply.status_code, reply.error) == (None, "connection_failed")
    assert len(receiver.requests) == 1


def test_a_slow_receiver_times_out(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "TOTAL_SECONDS", 0.3)
    receiver.responses = [Response(meanwhile=lambda: time.sleep(0.8))]

    reply = sender.post(_target(receiver), b"{}", {})

    assert (reply.status_code, reply.error) == (None, "timeout")
    assert 250 <= reply.duration_ms < 700


def test_dripping_bytes_do_not_extend_the_deadline(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "TOTAL_SECONDS", 0.4)
    receiver.responses = [Response(200, b"x" * 100, drip=0.1)]

    reply = sender.post(_target(receiver), b"{}", {})

    assert reply.status_code == 200
    assert reply.duration_ms < 800


def test_a_refused_connection_is_a_failed_attempt() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    target = Target(scheme="http", host="a.example", port=port, path="/", addresses=("127.0.0.1",))

    assert sender.post(target, b"{}", {}).error == "connection_failed"


def test_the_second_address_is_tried_if_the_first_refuses(receiver: Receiver) -> None:
    reply = sender.post(_target(receiver, ("::1", "127.0.0.1")), b"{}", {})

    assert reply.status_code == 200


MEGABYTE = b"x" * 1_000_000
ENDLESS = 48
"""Pieces of an endless response: more than the socket buffers of this machine can hold."""
TRAILER = b"x-more: " + b"x" * 60_000 + b"\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


class Hostile:
    """A receiver of invalid HTTP: it sends `begin`, then `piece` repeatedly. `sent` counts the pieces."""

    def __init__(self, begin: bytes, piece: bytes) -> None:
        self.begin, self.piece, self.sent = begin, piece, 0

    def respond(self, connection: socket.socket) -> None:
        connection.recv(65536)
        try:
            connection.sendall(self.begin)
            while self.piece and self.sent < ENDLESS:
                connection.sendall(self.piece)
                self.sent += 1
        except OSError:
            return  # the client has closed the connection


@contextmanager
def _listening(
    respond: Callable[[socket.socket], None], tls: ssl.SSLContext | None = None
) -> Iterator[Target]:
    """A server for one connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve_one() -> None:
            accepted, _ = server.accept()
            with tls.wrap_socket(accepted, server_side=True) if tls else accepted as connection:
                respond(connection)

        thread = threading.Thread(target=serve_one)
        thread.start()
        yield Target(
            scheme="https" if tls else "http",
            host="hooks.example.test",
            port=server.getsockname()[1],
            path="/",
            addresses=("127.0.0.1",),
        )
        sender.close()
        thread.join()


@pytest.mark.parametrize(
    ("begin", "piece"),
    [
        (b"SSH-2.0-OpenSSH_9.9\r\n\r\n", b""),
        (b"", MEGABYTE),
        (b"HTTP/1.1 200 OK\r\nx-long: ", MEGABYTE),
        (b"HTTP/1.1 200 OK\r\n", b"".join(b"x-%d: %s\r\n" % (n, b"x" * 20_000) for n in range(50))),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 40_000),
        (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 40_000),
        (b"HTTP/1.1 2e2 OK\r\n\r\n", b""),
        (b"HTTP/9.9 200 OK\r\n\r\n", b""),
    ],
    ids=[
        "no_http",
        "no_line",
        "long_header",
        "many_headers",
        "interim_responses",
        "early_hints",
        "no_status",
        "no_version",
    ],
)
def test_a_head_that_is_not_http_or_endless_is_an_invalid_response(begin: bytes, piece: bytes) -> None:
    hostile = Hostile(begin, piece)
    with _listening(hostile.respond) as target:
        reply = sender.post(target, b"{}", {})

    assert (reply.status_code, reply.error) == (None, "invalid_response")
    assert hostile.sent < ENDLESS


@pytest.mark.parametrize(
    ("begin", "piece"),
    [
        (CHUNKED + b"-1\r\n", MEGABYTE),
        (CHUNKED + b"-2\r\n", MEGABYTE),
        (CHUNKED + b"2\r\nok\r\n-1\r\n", MEGABYTE),
        (CHUNKED + b"F" * 30_000 + b"\r\n", MEGABYTE),
        (CHUNKED + b"2;", MEGABYTE),
        (CHUNKED, (b"1;" + b"x" * 40_000 + b"\r\nx\r\n") * 25),
        (CHUNKED + b"ten\r\n", MEGABYTE),
        (CHUNKED + b"0\r\n", TRAILER * 16),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", MEGABYTE),
        (b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5_000 + b"\r\n\r\n", MEGABYTE),
    ],
    ids=[
        "negative_chunk", "other_negative_chunk", "negative_second_chunk", "huge_chunk", "endless_extension",
        "many_extensions", "no_size", "endless_trailers", "negative_length", "huge_length",
    ],
)  # fmt: skip
def test_an_endless_body_is_cut_and_the_status_counts(begin: bytes, piece: bytes) -> None:
    hostile = Hostile(begin, piece)
    with _listening(hostile.respond) as target:
        reply = sender.post(target, b"{}", {})

    assert (reply.status_code, reply.error) == (200, None)
    assert len(reply.response or "") <= sender.MAX_RESPONSE_BYTES
    assert hostile.sent < ENDLESS


@pytest.mark.parametrize("interim", [b"100 Continue", b"102 Processing", b"103 Early Hints\r\nLink: </a>"])
def test_the_response_after_interim_ones_counts(interim: bytes) -> None:
    final = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    hostile = Hostile((b"HTTP/1.1 " + interim + b"\r\n\r\n") * 3 + final, b"")
    with _listening(hostile.respond) as target:
        reply = sender.post(target, b"{}", {})

    assert (reply.status_code, reply.response, reply.error) == (200, "ok", None)


def test_a_connection_that_switched_protocols_is_not_used_again(receiver: Receiver) -> None:
    receiver.responses = [Response(101, b""), Response(200, b"next")]

    assert sender.post(_target(receiver), b"{}", {}).status_code == 101
    assert sender.post(_target(receiver), b"{}", {}).status_code == 200

    assert receiver.requests[0].connection != receiver.requests[1].connection


class Ticking:
    """A clock that advances one second per call."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        self.seconds += 1
        return self.seconds


def _use_clock(monkeypatch: pytest.MonkeyPatch, clock: object) -> None:
    monkeypatch.setattr(sender, "time", clock)
    monkeypatch.setattr(connection, "time", clock)


def test_the_deadline_applies_while_a_body_is_sent(
    monkeypatch: pytest.MonkeyPatch, server_tls: ssl.SSLContext
) -> None:
    """The receiver reads slowly and returns 204 at the end."""
    body = b"x" * 1_000_000

    def read(connection: socket.socket) -> None:
        count = 0
        with suppress(OSError):
            while count < len(body) and (received := connection.recv(65536)):
                count += len(received)
            connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    _use_clock(monkeypatch, Ticking())
    with _listening(read, server_tls) as target:
        reply = sender.post(target, body, {})

    assert (reply.status_code, reply.error) == (None, "timeout")


def test_the_deadline_includes_the_dns_query(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Ticking()

    def slow(url: str, *, loopback: bool) -> Target:
        clock.seconds += sender.TOTAL_SECONDS
        return _target(receiver)

    _use_clock(monkeypatch, clock)
    monkeypatch.setattr(sender, "resolve", slow)

    assert sender.send(receiver.url, b"{}", {}).error == "timeout"
    assert receiver.requests == []


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("Mon, 01 Jan 99999999999999 00:00:00 GMT", None),
        ("120", 120),
        (" 0 ", 0),
        ("9" * 400, 9999999999),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("١٢", None),
    ],
)
def test_retry_after_in_seconds(receiver: Receiver, header: str, seconds: float | None) -> None:
    receiver.responses = [Response(503, headers={"Retry-After": header.encode().decode("latin-1")})]

    assert sender.post(_target(receiver), b"{}", {}).retry_after == seconds


def test_retry_after_as_a_date(receiver: Receiver) -> None:
    at = datetime.now(UTC) + timedelta(minutes=10)
    receiver.responses = [Response(503, headers={"Retry-After": format_datetime(at, usegmt=True)})]

    seconds = sender.post(_target(receiver), b"{}", {}).retry_after

    assert seconds is not None
    assert 590 <= seconds <= 600


@pytest.fixture
def server_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ssl.SSLContext]:
    """A server's context for hooks.example.test, with a certificate of an authority that this process trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hooks.example.test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.example.test")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                key_cert_sign=True,
                crl_sign=True,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "certificate.pem"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file = tmp_path / "key.pem"
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key_file)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    connection.tls.cache_clear()
    yield context
    connection.tls.cache_clear()


@pytest.fixture
def certified(server_tls: ssl.SSLContext) -> Iterator[Receiver]:
    with receiving(server_tls) as secure:
        yield secure


def _tls_target(receiver: Receiver, host: str) -> Target:
    return Target(scheme="https", host=host, port=receiver.port, path="/", addresses=("127.0.0.1",))


def test_tls_checks_the_name_and_not_the_address(certified: Receiver) -> None:
    for _ in range(2):
        reply = sender.post(_tls_target(certified, "hooks.example.test"), b"{}", {})
        assert (reply.status_code, reply.error) == (200, None)

    assert len({request.connection for request in certified.requests}) == 1


@pytest.mark.parametrize("host", ["other.example.test", "127.0.0.1"])
def test_a_certificate_for_another_name_is_rejected(certified: Receiver, host: str) -> None:
    reply = sender.post(_tls_target(certified, host), b"{}", {})

    assert (reply.status_code, reply.error) == (None, "tls_failed")
    assert certified.requests == []


def test_an_unknown_authority_is_rejected(certified: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    connection.tls.cache_clear()

    assert sender.post(_tls_target(certified, "hooks.example.test"), b"{}", {}).error == "tls_failed"
