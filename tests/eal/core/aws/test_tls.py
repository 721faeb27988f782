"""TLS: Amazon's roots first, then the system's, and nothing else."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from eal.core import aws
from eal.core.aws import connection

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROOTS = {
    "Amazon Root CA 1",
    "Amazon Root CA 2",
    "Amazon Root CA 3",
    "Amazon Root CA 4",
    "Starfield Services Root Certificate Authority - G2",
}


def test_the_roots_are_amazons_and_the_bundles_of_mozilla_have_the_same() -> None:
    ours, mozillas = ssl.create_default_context(cafile=connection._ROOTS), ssl.create_default_context()
    mozillas.load_verify_locations(certifi.where())

    assert {_name(root) for root in ours.get_ca_certs()} == ROOTS
    assert set(ours.get_ca_certs(binary_form=True)) <= set(mozillas.get_ca_certs(binary_form=True))


def _name(root: object) -> str:
    assert isinstance(root, dict)
    return next(str(value) for part in root["subject"] for name, value in part if name == "commonName")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of this machine that nobody trusts, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "certificate.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def server(
    environment: None, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[str | None]]:
    """A service behind this certificate. The value has the protocol of each connection that came about."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.set_alpn_protocols(["h2", "http/1.1"])
    protocols: list[str | None] = []

    def serve(listener: socket.socket) -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            with plain, suppress(OSError), context.wrap_socket(plain, server_side=True) as peer:
                protocols.append(peer.selected_alpn_protocol())
                peer.recv(65536)
                peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
                peer.recv(1)

    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    connection._tls.cache_clear()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"https://127.0.0.1:{listener.getsockname()[1]}")
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        yield protocols
        aws.close()
        listener.shutdown(socket.SHUT_RDWR)
    connection._tls.cache_clear()


def test_a_certificate_of_a_stranger_is_refused(server: list[str | None]) -> None:
    with pytest.raises(aws.NotConnected, match="SSLCertVerificationError"):
        aws.dynamodb().list_tables()
    assert server == []


def test_a_certificate_that_the_system_trusts_is_accepted(
    server: list[str | None], certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    aws.dynamodb().list_tables()
    assert server == ["http/1.1"]


def test_a_certificate_for_another_host_is_refused(
    server: list[str | None], certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    address = aws.dynamodb()._transport._host._endpoint  # type: ignore[attr-defined]
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"https://localhost:{address.port}")
    aws.close()
    with pytest.raises(aws.NotConnected):
        aws.dynamodb().list_tables()
