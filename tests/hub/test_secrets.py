"""Secrets at rest."""

from typing import Any

import pytest
from cryptography.fernet import Fernet, InvalidToken

from uzel.hub.models import Portal
from uzel.hub.secrets import seal, unseal

URL = "https://портал.bitrix24.ru/rest/1/секрет/"


def test_there_and_back() -> None:
    sealed = seal(URL)
    assert "секрет" not in sealed
    assert unseal(sealed) == URL
    assert seal(URL) != sealed  # the same secret does not show itself twice


def test_an_old_key_still_opens_and_a_new_one_seals(settings: Any) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.UZEL_SECRET_BOX_KEYS = [old]
    sealed = seal(URL)
    settings.UZEL_SECRET_BOX_KEYS = [new, old]
    assert unseal(sealed) == URL
    fresh = seal(URL)
    settings.UZEL_SECRET_BOX_KEYS = [new]
    assert unseal(fresh) == URL
    with pytest.raises(InvalidToken):
        unseal(sealed)


def test_what_was_tampered_with_is_refused() -> None:
    with pytest.raises(InvalidToken):
        unseal(seal(URL)[:-4] + "AAAA")


@pytest.mark.django_db
def test_the_webhook_is_not_in_the_table() -> None:
    portal = Portal(code="main")
    portal.webhook = URL
    portal.save()
    stored = Portal.objects.values().get()
    assert not [value for value in stored.values() if "секрет" in str(value)]
    assert Portal.objects.get().webhook == URL
