"""The bare site keeps up the conversation of every client, or the limit would be that of refusals."""

from pathlib import Path

import pytest

from bench.bare_site import bare_site
from bench.exchanges import PROFILES, exchange_all


def test_every_client_exchanges_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UZEL_HOME", str(tmp_path))
    with bare_site(tmp_path) as url:
        tally = exchange_all([f"{url}/1c/base-{place}/" for place in range(len(PROFILES))], 0.5)
    assert tally.errors == []
    assert tally.exchanges >= len(PROFILES)
    assert len(list(tmp_path.glob("*.body"))) == len(tally.replies["file"])
