"""The bench of publishing runs to its end on a small catalogue and finds nothing written twice or for nothing."""

import pytest

from bench.publish import main


def test_it_publishes_a_small_catalogue(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--items", "120"]) == 0
    printed = " ".join(capfd.readouterr().out.split())
    assert "lost, doubled 0 0" in printed
    assert "s 0 commands that write 1 % at a new price" in printed
