"""A TLS front of the emulated portal: a certificate of its own for 127.0.0.1, bytes passed on as they come."""

import select
import socket
import ssl
import threading
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

HOST = "127.0.0.1"
CHUNK_BYTES = 65536


def write_certificate(folder: Path) -> Path:
    """A certificate for the loopback address that signs itself, with its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "portal.pem"
    file.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return file


class TlsFront:
    """Listens with TLS and passes everything on to a port of this machine."""

    def __init__(self, target_port: int, certificate: Path) -> None:
        self._target = (HOST, target_port)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate)
        self._listener = socket.create_server((HOST, 0), backlog=128)
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def domain(self) -> str:
        return f"{HOST}:{self.port}"

    def stop(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                taken, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(taken,), daemon=True).start()

    def _serve(self, taken: socket.socket) -> None:
        with suppress(OSError), closing(taken), closing(socket.create_connection(self._target)) as portal:
            client = self._context.wrap_socket(taken, server_side=True)
            with closing(client):
                _pass_on(client, portal)


def _pass_on(client: ssl.SSLSocket, portal: socket.socket) -> None:
    """Bytes of both sides until one of them ends; in one thread, because a TLS connection must not be used by two."""
    other = {client: portal, portal: client}
    while True:
        for side in [client] if client.pending() else select.select([client, portal], [], [])[0]:
            chunk = side.recv(CHUNK_BYTES)
            if not chunk:
                return
            other[side].sendall(chunk)
