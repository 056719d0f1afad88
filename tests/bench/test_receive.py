"""The bench of receiving runs to its end on a small file."""

import pytest

from bench.receive import main


def test_it_measures_a_small_file(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--megabytes", "1"]) == 0
    printed = capfd.readouterr().out
    assert "sent again unchanged" in printed
    assert "share of the limit (read + COPY), first time: 0." in printed
