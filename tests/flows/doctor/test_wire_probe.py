"""One request over a real socket: whose certificate is trusted, and what is not sent where it is not."""

import datetime as dt
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from uzel.exchange.replies import UNNAMED
from uzel.flows.doctor.finding import Grade, examine
from uzel.flows.doctor.node_checks import WAY_CHECKS
from uzel.flows.doctor.probe_page import Door, probe_page
from uzel.flows.doctor.wire_probe import PIECE_BYTES, Ask, _pieces, certificate_of, hear

NOW = dt.datetime.now(dt.UTC)


class Page(BaseHTTPRequestHandler):
    asked: list[tuple[str, str]] = []

    def do_GET(self) -> None:
        Page.asked.append((self.requestline, self.headers.get("Authorization") or ""))
        body = f"failure\n{UNNAMED}".encode()
        self.send_response(401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def page(folder: Path) -> Iterator[str]:
    """Speaks TLS with a certificate of its own making."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    draft = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    made = draft.not_valid_before(NOW).not_valid_after(NOW + dt.timedelta(days=9)).sign(key, hashes.SHA256())
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, *plain) + made.public_bytes(serialization.Encoding.PEM)
    (folder / "pair.pem").write_bytes(pem)
    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secure.load_cert_chain(folder / "pair.pem")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    server.socket = secure.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    Page.asked = []
    try:
        yield f"https://127.0.0.1:{server.server_address[1]}/1c/shop/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_password_is_not_sent_where_the_certificate_cannot_be_trusted(tmp_path: Path) -> None:
    with page(tmp_path) as url:
        seen = probe_page(Door(url, "shop-login", "тайна"), NOW)
        assert hear(Ask(url)).trouble == "tls"
        certificate = certificate_of(url)
    assert certificate is not None
    assert "self" in certificate.fault
    found = {one.code: one for one in examine(WAY_CHECKS, seen)}
    assert found["tls_valid"].grade is Grade.WRONG
    assert (found["is_uzel"].grade, found["password_taken"].grade) == (Grade.OK, Grade.UNKNOWN)
    secret = "c2hvcC1sb2dpbjrRgtCw0LnQvdCw"  # shop-login:тайна
    assert Page.asked
    assert not any(secret in authorization for _, authorization in Page.asked)


def test_the_request_is_that_of_the_platform(tmp_path: Path) -> None:
    with page(tmp_path) as url:
        hear(Ask(f"{url}?type=sale", old_http=True), trusting=True)
    assert Page.asked == [("GET /1c/shop/?type=sale HTTP/1.0", "")]


@pytest.mark.parametrize("size", [1, 100, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES])
def test_a_body_is_as_long_as_was_asked(size: int) -> None:
    assert sum(map(len, _pieces(size))) == size
