"""The harnesses of ``fuzz/`` on files that are spoiled in the ways files get spoiled; quick and the same every time."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fuzz.harnesses import HARNESSES

ELEMENT = re.compile(rb"<([^\s<>/!?]+)(?:\s[^<>]*)?>[^<>]*</\1>")


@st.composite
def spoiled(draw: st.DrawFn, seeds: tuple[bytes, ...]) -> bytes:
    """A seed with up to three faults."""
    data = draw(st.sampled_from(seeds))
    for fault in draw(st.lists(st.sampled_from(FAULTS), min_size=1, max_size=3)):
        data = fault(draw, data) if data else data
    return data


def _flipped(draw: st.DrawFn, data: bytes) -> bytes:
    at = draw(st.integers(0, len(data) * 8 - 1))
    return data[: at // 8] + bytes([data[at // 8] ^ (1 << at % 8)]) + data[at // 8 + 1 :]


def _cut(draw: st.DrawFn, data: bytes) -> bytes:
    return data[: draw(st.integers(0, len(data)))]


def _hole(draw: st.DrawFn, data: bytes) -> bytes:
    start = draw(st.integers(0, len(data) - 1))
    return data[:start] + data[start + draw(st.integers(1, 200)) :]


def _recoded(draw: st.DrawFn, data: bytes) -> bytes:
    return data.decode(errors="ignore").encode(draw(st.sampled_from(["cp1251", "utf-16", "koi8-r"])), errors="replace")


def _doubled(draw: st.DrawFn, data: bytes) -> bytes:
    found = list(ELEMENT.finditer(data))
    if not found:
        return data + data
    match = draw(st.sampled_from(found))
    return data[: match.end()] + match.group() * draw(st.integers(1, 30)) + data[match.end() :]


def _odd_value(draw: st.DrawFn, data: bytes) -> bytes:
    found = list(ELEMENT.finditer(data))
    if not found:
        return data
    match = draw(st.sampled_from(found))
    values = [
        "9" * 400,
        "1e999999999",
        "NaN",
        "-0",
        "٣",
        "\x00",
        "&#0;",
        "&bomb;",
        "9999-99-99",
        "0000-00-00T99:99:99",
        "😀" * 300,
    ]
    value = draw(st.sampled_from(values)).encode()
    start = data.index(b">", match.start()) + 1
    return data[:start] + value + data[data.rindex(b"</", 0, match.end()) :]


FAULTS = (_flipped, _cut, _hole, _recoded, _doubled, _odd_value)


@pytest.mark.parametrize("name", HARNESSES)
def test_spoiled_files(name: str) -> None:
    harness = HARNESSES[name]
    for seed in harness.seeds:
        harness.run(seed)

    @settings(max_examples=150, deadline=None, derandomize=True)
    @given(spoiled(harness.seeds))
    def run(data: bytes) -> None:
        harness.run(data)

    run()
