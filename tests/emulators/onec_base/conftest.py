"""A scripted site and bases that talk to it without waiting."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest

from tests.emulators.onec_base.site import Site, serve_site
from uzel.emulators.onec_base import Base

NOW = dt.datetime.fromisoformat("2024-03-05T09:07:01")
MakeBase = Callable[..., Base]


@pytest.fixture
def site() -> Iterator[Site]:
    with serve_site() as served:
        yield served


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture(scope="session")
def client() -> Iterator[httpx2.Client]:
    with httpx2.Client(trust_env=False) as shared:  # its TLS context takes longer than a test
        yield shared


@pytest.fixture
def make_base(site: Site, slept: list[float], client: httpx2.Client) -> MakeBase:
    def make(profile: str = "unf", **options: Any) -> Base:
        given = {"clock": lambda: NOW, "sleep": slept.append, "title": "Магазин", "seed": 7, "client": client, **options}
        return Base(profile, given.pop("url", site.url), "shop", "пароль", **given)

    return make
