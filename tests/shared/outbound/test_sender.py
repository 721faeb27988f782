"""One POST, against real receivers on this machine."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from eal.outbound import sender
from eal.outbound.address import Target
from tests.support.receiver import Receiver, Saying, receiving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


def _target(receiver: Receiver, addresses: tuple[str, ...] = ("127.0.0.1",)) -> Target:
    return Target(
        scheme="http", host="hooks.example.test", port=receiver.port, path="/hooks?a=b", addresses=addresses
    )


def test_the_bytes_arrive_as_they_are_at_the_pinned_address_under_the_name(receiver: Receiver) -> None:
    body = '{"text":"Grüße"}'.encode()

    reply = sender.post(_target(receiver), body, {"x-eal-timestamp": "1"})

    assert (reply.status_code, reply.response, reply.error) == (200, "ok", None)
    (heard,) = receiver.heard
    assert heard.body == body
    assert heard.path == "/hooks?a=b"
    assert heard.headers["host"] == f"hooks.example.test:{receiver.port}"
    assert heard.headers["content-type"] == "application/json"
    assert heard.headers["x-eal-timestamp"] == "1"


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
    receiver.says = [Saying(302, headers={"Location": f"http://127.0.0.1:{receiver.port}/other"})]

    reply = sender.post(_target(receiver), b"{}", {})

    assert (reply.status_code, reply.error) == (302, "redirect_not_followed")
    assert len(receiver.heard) == 1


def test_an_answer_is_read_to_4_kib_and_what_follows_does_not_reach_the_next_one(receiver: Receiver) -> None:
    receiver.says = [Saying(500, b"x" * 10_000_000), Saying(200, b"next")]

    first = sender.post(_target(receiver), b"{}", {})
    second = sender.post(_target(receiver), b"{}", {})

    assert first.response == "x" * 4096
    assert second.response == "next"
    assert receiver.heard[0].connection != receiver.heard[1].connection


def test_bytes_that_are_no_text_are_shown_as_such(receiver: Receiver) -> None:
    receiver.says = [Saying(200, b"\xff\xfe")]

    assert sender.post(_target(receiver), b"{}", {}).response == "\ufffd\ufffd"


def test_a_connection_is_used_again(receiver: Receiver) -> None:
    for _ in range(3):
        assert sender.post(_target(receiver), b"{}", {}).status_code == 200

    assert len({heard.connection for heard in receiver.heard}) == 1


def test_a_connection_is_not_used_for_another_address_or_name(receiver: Receiver) -> None:
    sender.post(_target(receiver), b"{}", {})
    other = Target(
        scheme="http", host="other.example.test", port=receiver.port, path="/", addresses=("127.0.0.1",)
    )
    sender.post(other, b"{}", {})
    elsewhere = sender.post(_target(receiver, ("::1",)), b"{}", {})

    assert elsewhere.error == "connection_failed"
    assert len({heard.connection for heard in receiver.heard}) == 2


def test_a_kept_connection_that_died_costs_nothing(receiver: Receiver) -> None:
    receiver.says = [Saying(), Saying(hang_up=True), Saying(200, b"again")]

    sender.post(_target(receiver), b"{}", {})
    reply = sender.post(_target(receiver), b"{}", {})

    assert (reply.status_code, reply.response) == (200, "again")


def test_a_receiver_that_hangs_up_at_once_is_a_failed_attempt(receiver: Receiver) -> None:
    receiver.says = [Saying(hang_up=True)]

    reply = sender.post(_target(receiver), b"{}", {})

    assert (reply.status_code, reply.error) == (None, "connection_failed")
    assert len(receiver.heard) == 1


def test_a_slow_receiver_is_left_after_the_total_time(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "TOTAL_SECONDS", 0.3)
    receiver.says = [Saying(meanwhile=lambda: time.sleep(0.8))]

    reply = sender.post(_target(receiver), b"{}", {})

    assert (reply.status_code, reply.error) == (None, "timeout")
    assert 250 <= reply.duration_ms < 700


def test_dripping_bytes_do_not_stretch_the_total_time(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "TOTAL_SECONDS", 0.4)
    receiver.says = [Saying(200, b"x" * 100, drip=0.1)]

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


def test_what_is_no_http_is_an_invalid_response() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        target = Target(
            scheme="http", host="a.example", port=server.getsockname()[1], path="/", addresses=("127.0.0.1",)
        )

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        reply = sender.post(target, b"{}", {})
        thread.join()

    assert (reply.status_code, reply.error) == (None, "invalid_response")


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
    receiver.says = [Saying(503, headers={"Retry-After": header.encode().decode("latin-1")})]

    assert sender.post(_target(receiver), b"{}", {}).retry_after == seconds


def test_retry_after_as_a_date(receiver: Receiver) -> None:
    at = datetime.now(UTC) + timedelta(minutes=10)
    receiver.says = [Saying(503, headers={"Retry-After": format_datetime(at, usegmt=True)})]

    asked = sender.post(_target(receiver), b"{}", {}).retry_after

    assert asked is not None
    assert 590 <= asked <= 600


@pytest.fixture
def certified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A receiver with a certificate for hooks.example.test, from an authority that this process trusts."""
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
    with receiving(context) as one:
        yield one
    sender._tls.cache_clear()


def _tls_target(receiver: Receiver, host: str) -> Target:
    return Target(scheme="https", host=host, port=receiver.port, path="/", addresses=("127.0.0.1",))


def test_tls_checks_the_name_and_not_the_address(certified: Receiver) -> None:
    for _ in range(2):
        reply = sender.post(_tls_target(certified, "hooks.example.test"), b"{}", {})
        assert (reply.status_code, reply.error) == (200, None)

    assert len({heard.connection for heard in certified.heard}) == 1


@pytest.mark.parametrize("host", ["other.example.test", "127.0.0.1"])
def test_a_certificate_for_another_name_is_refused(certified: Receiver, host: str) -> None:
    reply = sender.post(_tls_target(certified, host), b"{}", {})

    assert (reply.status_code, reply.error) == (None, "tls_failed")
    assert certified.heard == []


def test_an_unknown_authority_is_refused(certified: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    sender._tls.cache_clear()

    assert sender.post(_tls_target(certified, "hooks.example.test"), b"{}", {}).error == "tls_failed"
