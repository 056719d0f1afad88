"""The bench of the emulated portal runs on a small load and names every kind of command."""

import pytest

from bench.portal import KINDS, main


def test_it_measures_every_kind(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--batches", "2"]) in (0, 1), "how fast this machine is does not matter here"
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(KINDS)
    assert all("commands/s" in line and "times as fast" in line for line in lines)
