"""``uzel secrets rotate`` as it is typed."""

from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from uzel.cli import main
from uzel.hub.models import Portal
from uzel.hub.secrets import KeyFile

pytestmark = pytest.mark.django_db
URL = "https://x.bitrix24.ru/rest/1/secret/"


def test_it_says_what_was_done_and_shows_no_key(capsys: pytest.CaptureFixture[str], tmp_path: Path, settings: Any) -> None:
    path = tmp_path / "keys"
    path.write_text(Fernet.generate_key().decode())
    settings.UZEL_SECRET_BOX_KEYS = KeyFile(path)
    portal = Portal(code="main")
    portal.webhook = URL
    portal.save()
    assert main(("secrets", "rotate")) == 0
    told = capsys.readouterr().out
    assert "секретов зашифровано им: 1. Перезапускать ничего не нужно" in told
    assert "Старых ключей оставлено: 1" in told
    assert main(("secrets", "rotate", "--forget-old")) == 0
    forgotten = capsys.readouterr().out
    assert "Старые ключи забыты" in forgotten
    assert not [key for key in path.read_text().split() if key in told + forgotten]
    assert Portal.objects.get().webhook == URL


def test_keys_of_the_environment_get_advice(capsys: pytest.CaptureFixture[str], settings: Any) -> None:
    settings.UZEL_SECRET_BOX_KEYS = [Fernet.generate_key().decode()]
    assert main(("secrets", "rotate")) == 2
    told = capsys.readouterr().err
    for word in ("UZEL_SECRET_BOX_KEYS", "НОВЫЙ СТАРЫЙ", "Перезапустите", "uzel portal connect"):
        assert word in told
