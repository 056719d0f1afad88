"""One web server and one client for all stories; every story has a town of its own."""

from collections.abc import Iterator

import httpx2
import pytest

from tests.stories.server import Web, serving
from tests.stories.town import Town, open_town


@pytest.fixture(scope="module")
def web(django_db_setup: None) -> Iterator[Web]:
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def client() -> Iterator[httpx2.Client]:
    with httpx2.Client(trust_env=False) as shared:
        yield shared


@pytest.fixture
def town(web: Web, client: httpx2.Client, transactional_db: None) -> Iterator[Town]:
    with open_town(web, client) as opened:
        yield opened
