"""One POST, against real receivers on this machine."""

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

from eal.core.outbound import sender
from eal.core.outbound.address import Target
from tests.support.receiver import Receiver, Response, receiving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def _target(receiver: Receiver, addresses: tuple[str, ...] = ("127.0.0.1",)) -> Target:
    return Target(
        scheme="http", host="hooks.example.test", port=receiver.port, path="/hooks?a=b", addresses=addresses
    )


def test_the_bytes_arrive_as_they_are_at_the_pinned_address_under_the_name(receiver: Receiver) -> None:
    body = '{"text":"Grüße"}'.encode()

    reply = sender.post(_target(receiver), body, {"x-eal-timestamp": "1"})

    assert (reply.status_code, reply.response, reply.error) == (200, "ok", None)
    (request,) = receiver.requests
    assert request.body == body
    assert request.path == "/hooks?a=b"
    assert request.headers["host"] == f"hooks.example.test:{receiver.port}"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["x-eal-timestamp"] == "1"


def test_no_dns_is_asked_between_the_check_and_the_connection(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that was public a moment ago leads to somewhere else by now."""
    asked: list[object] = []
    ask = socket.getaddrinfo

    def watched(host: str, *rest: int) -> object:
        asked.append(host)
        return ask(host, *rest)

    monkeypatch.setattr(socket, "getaddrinfo", watched)

    assert sender.post(_target(receiver), b"{}", {}).status_code == 200

    assert asked == ["127.0.0.1"]


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.responses = [Response(302, headers={"Location": f"http://127.0.0.1:{receiver.port}/other"})]

    reply = sender.post(_target(receiver), b"{}", {})

    assert (reply.status_code, reply.error) == (302, "redirect_not_followed")
    assert len(receiver.requests) == 1


def test_an_answer_is_read_to_4_kib_and_what_follows_does_not_reach_the_next_one(receiver: Receiver) -> None:
    receiver.responses = [Response(500, b"x" * 10_000_000), Response(200, b"next")]

    first = sender.post(_target(receiver), b"{}", {})
    second = sender.post(_target(receiver), b"{}", {})

    assert first.response == "x" * 4096
    assert second.response == "next"
    assert receiver.requests[0].connection != receiver.requests[1].connection


def test_bytes_that_are_no_text_are_shown_as_such(receiver: Receiver) -> None:
    receiver.responses = [Response(200, b"\xff\xfe")]

    assert sender.post(_target(receiver), b"{}", {}).response == "\ufffd\ufffd"


def test_a_connection_is_used_again(receiver: Receiver) -> None:
    for _ in range(3):
        assert sender.post(_target(receiver), b"{}", {}).status_code == 200

    assert len({request.connection for request in receiver.requests}) == 1


def test_a_connection_is_not_used_for_another_address_or_name(receiver: Receiver) -> None:
    sender.post(_target(receiver), b"{}", {})
    other = Target(
        scheme="http", host="other.example.test", port=receiver.port, path="/", addresses=("127.0.0.1",)
    )
    sender.post(other, b"{}", {})
    elsewhere = sender.post(_target(receiver, ("::1",)), b"{}", {})

    assert elsewhere.error == "connection_failed"
    assert len({request.connection for request in receiver.requests}) == 2


def test_a_kept_connection_that_died_costs_nothing(receiver: Receiver) -> None:
    receiver.responses = [Response(), Response(hang_up=True), Response(200, b"again")]

    sender.post(_target(receiver), b"{}", {})
    reply = sender.post(_target(receiver), b"{}", {})

    assert (reply.status_code, reply.response) == (200, "again")


def test_a_receiver_that_hangs_up_at_once_is_a_failed_attempt(receiver: Receiver) -> None:
    receiver.responses = [Response(hang_up=True)]

    reply = sender.post(_target(receiver), b"{}", {})

    assert (reply.status_code, reply.error) == (None, "connection_failed")
    assert len(receiver.requests) == 1


def test_a_slow_receiver_is_left_after_the_total_time(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "TOTAL_SECONDS", 0.3)
    receiver.responses = [Response(meanwhile=lambda: time.sleep(0.8))]

    reply = sender.post(_target(receiver), b"{}", {})

    assert (reply.status_code, reply.error) == (None, "timeout")
    assert 250 <= reply.duration_ms < 700


def test_dripping_bytes_do_not_stretch_the_total_time(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "TOTAL_SECONDS", 0.4)
    receiver.responses = [Response(200, b"x" * 100, drip=0.1)]

    reply = sender.post(_target(receiver), b"{}", {})

    assert reply.status_code == 200
    assert reply.duration_ms < 800


def test_nobody_listening_is_a_failed_attempt() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    target = Target(scheme="http", host="a.example", port=port, path="/", addresses=("127.0.0.1",))

    assert sender.post(target, b"{}", {}).error == "connection_failed"


def test_the_second_address_is_tried_where_the_first_does_not_answer(receiver: Receiver) -> None:
    reply = sender.post(_target(receiver, ("::1", "127.0.0.1")), b"{}", {})

    assert reply.status_code == 200


MEGABYTE = b"x" * 1_000_000
ENDLESS = 48
"""Pieces of an endless answer: more than the buffers of a connection on this machine hold."""
TRAILER = b"x-more: " + b"x" * 60_000 + b"\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


class Hostile:
    """What a receiver says that speaks no good HTTP: `begin`, then `piece` over and over. `said` are its pieces."""

    def __init__(self, begin: bytes, piece: bytes) -> None:
        self.begin, self.piece, self.said = begin, piece, 0

    def say(self, connection: socket.socket) -> None:
        connection.recv(65536)
        try:
            connection.sendall(self.begin)
            while self.piece and self.said < ENDLESS:
                connection.sendall(self.piece)
                self.said += 1
        except OSError:
            return  # the client has request enough


@contextmanager
def _listening(say: Callable[[socket.socket], None], tls: ssl.SSLContext | None = None) -> Iterator[Target]:
    """A server of one connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            accepted, _ = server.accept()
            with tls.wrap_socket(accepted, server_side=True) if tls else accepted as connection:
                say(connection)

        thread = threading.Thread(target=answer)
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
        (b"HTTP/1.1 2e2 OK\r\n\r\n", b""),
        (b"HTTP/9.9 200 OK\r\n\r\n", b""),
    ],
    ids=["no_http", "no_line", "long_header", "many_headers", "interim_answers", "no_status", "no_version"],
)
def test_a_head_that_is_no_http_or_has_no_end_is_an_invalid_response(begin: bytes, piece: bytes) -> None:
    hostile = Hostile(begin, piece)
    with _listening(hostile.say) as target:
        reply = sender.post(target, b"{}", {})

    assert (reply.status_code, reply.error) == (None, "invalid_response")
    assert hostile.said < ENDLESS


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
def test_a_body_without_end_is_left_and_the_status_counts(begin: bytes, piece: bytes) -> None:
    hostile = Hostile(begin, piece)
    with _listening(hostile.say) as target:
        reply = sender.post(target, b"{}", {})

    assert (reply.status_code, reply.error) == (200, None)
    assert len(reply.response or "") <= sender.MAX_RESPONSE_BYTES
    assert hostile.said < ENDLESS


def test_what_follows_an_interim_answer_does_not_reach_the_next_one(receiver: Receiver) -> None:
    receiver.responses = [Response(103, b""), Response(200, b"next")]

    assert sender.post(_target(receiver), b"{}", {}).status_code == 103
    assert sender.post(_target(receiver), b"{}", {}).status_code == 200

    assert receiver.requests[0].connection != receiver.requests[1].connection


class Ticking:
    """A clock that goes on a second with each look at it."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        self.seconds += 1
        return self.seconds


def test_the_total_time_holds_while_a_body_is_sent(
    monkeypatch: pytest.MonkeyPatch, server_tls: ssl.SSLContext
) -> None:
    """A receiver that takes a little now and then, and in the end is content."""
    body = b"x" * 1_000_000

    def read(connection: socket.socket) -> None:
        taken = 0
        with suppress(OSError):
            while taken < len(body) and (received := connection.recv(65536)):
                taken += len(received)
            connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    monkeypatch.setattr(sender, "time", Ticking())
    with _listening(read, server_tls) as target:
        reply = sender.post(target, body, {})

    assert (reply.status_code, reply.error) == (None, "timeout")


def test_the_total_time_begins_before_the_dns_is_asked(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Ticking()

    def slow(url: str, *, loopback: bool) -> Target:
        clock.seconds += sender.TOTAL_SECONDS
        return _target(receiver)

    monkeypatch.setattr(sender, "time", clock)
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

    asked = sender.post(_target(receiver), b"{}", {}).retry_after

    assert asked is not None
    assert 590 <= asked <= 600


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
    sender._tls.cache_clear()
    yield context
    sender._tls.cache_clear()


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
def test_a_certificate_for_another_name_is_refused(certified: Receiver, host: str) -> None:
    reply = sender.post(_tls_target(certified, host), b"{}", {})

    assert (reply.status_code, reply.error) == (None, "tls_failed")
    assert certified.requests == []


def test_an_unknown_authority_is_refused(certified: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    sender._tls.cache_clear()

    assert sender.post(_tls_target(certified, "hooks.example.test"), b"{}", {}).error == "tls_failed"
