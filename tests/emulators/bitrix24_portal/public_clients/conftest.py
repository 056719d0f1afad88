"""The portal behind TLS, trusted as each client's own configuration wants it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulators.bitrix24_portal.public_clients.tls_front import TlsFront, write_certificate
from uzel.emulators.bitrix24_portal import RunningPortal


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def front(portal: RunningPortal, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TlsFront]:
    """What ``requests`` and ``ssl`` read to know whom to trust names the certificate of this front."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    made = TlsFront(portal.port, certificate)
    yield made
    made.stop()
