"""A scripted site and bases that talk to it without waiting."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

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


@pytest.fixture
def make_base(site: Site, slept: list[float]) -> Iterator[MakeBase]:
    made: list[Base] = []

    def make(profile: str = "unf", **options: Any) -> Base:
        given = {"clock": lambda: NOW, "sleep": slept.append, "title": "Магазин", "seed": 7, **options}
        made.append(Base(profile, given.pop("url", site.url), "shop", "пароль", **given))
        return made[-1]

    yield make
    for base in made:
        base.close()
