"""The base as a whole: its report, its record of calls and its state in a file."""

import json
from pathlib import Path

import pytest

from tests.emulators.onec_base.answer_xml import answer, document
from tests.emulators.onec_base.conftest import MakeBase
from tests.emulators.onec_base.site import Site
from uzel.emulators.onec_base.random_life import random_action


def test_report_and_log(site: Site, make_base: MakeBase) -> None:
    base = make_base("unf")
    skipped = base.shop.cancel(base.shop.new_order().document_id)
    site.reply("query", answer(document(skipped.site_number), document("88")))
    report = base.exchange()
    assert (report.ok, len(report.loaded), report.skipped, report.sent) == (
        True,
        1,
        (skipped.document_id,),
        (skipped.document_id,),
    )
    assert [entry.text for entry in base.journal.entries] == [
        f"Заказ {skipped.site_number} завершён или проведён, изменения сайта пропущены",
        "Загружено заказов: создано 1, изменено 0, пропущено 1",
        "Выгружено заказов: 1",
    ]


def test_calls_are_on_record_without_the_password(make_base: MakeBase) -> None:
    base = make_base("unf")
    base.shop.new_order()
    base.exchange()
    steps = [(call.method, call.step, call.status) for call in base.journal.calls]
    assert steps == [
        ("GET", "checkauth", 200), ("GET", "init", 200), ("GET", "query", 200), ("GET", "success", 200),
        ("GET", "checkauth", 200), ("GET", "init", 200), ("POST", "file", 200),
    ]  # fmt: skip
    assert base.journal.calls[1].headers == (("user-agent", "1C+Enterprise/8.3"), ("cookie", "PHPSESSID=abc123"))
    assert base.journal.calls[-1].body_bytes > 1000
    assert base.journal.calls[-1].reply == "success"


def test_both_ways_may_fail_and_the_first_error_is_told(site: Site, make_base: MakeBase) -> None:
    base = make_base("ut", repeats=0)
    base.shop.new_order()
    site.reply("query", b"")
    site.reply("file", b"")
    report = base.exchange()
    assert report.error == "Не удалось прочитать данные, загруженные с сервера"
    assert [entry.text for entry in base.journal.entries if entry.level == "error"] == [report.error, "Файл не принят сервером"]


def test_state_comes_back_from_a_file(site: Site, make_base: MakeBase, tmp_path: Path) -> None:
    first = make_base("unf", subordinate_documents=True)
    for _ in range(12):
        first.shop.new_order()
        random_action(first.shop)
    site.reply("query", answer(document("88")), answer())
    first.exchange()
    first.shop.new_order()
    first.save(tmp_path / "base.json")
    second = make_base("unf", subordinate_documents=True)
    second.load(tmp_path / "base.json")
    assert second.shop.books == first.shop.books
    assert list(second.shop.books.orders) == list(first.shop.books.orders)
    assert second.orders() == first.orders()
    assert second.shop.new_order() == first.shop.new_order()
    assert second.exchange().sent == first.exchange().sent
    assert site.files()[-1] == site.files()[-2]
    names = [one.filename for one in site.asked if one.mode == "file"]
    assert len(set(names)) == 2  # the third exchange of both has one name, the second another


@pytest.mark.parametrize("changes", [{"seed": 8}, {"title": "Другой"}, {"profile": "ut"}])
def test_state_of_another_base_is_refused(make_base: MakeBase, tmp_path: Path, changes: dict[str, object]) -> None:
    make_base("unf").save(tmp_path / "base.json")
    other = make_base(**{"profile": "unf", **changes})
    with pytest.raises(ValueError, match=f"состояние другой базы, не совпадает {next(iter(changes))}"):
        other.load(tmp_path / "base.json")


def test_failed_save_keeps_the_old_state(make_base: MakeBase, tmp_path: Path) -> None:
    base = make_base("unf")
    path = tmp_path / "base.json"
    base.save(path)
    before = path.read_text()
    base.shop.books.items["x"] = object()  # type: ignore[assignment]
    with pytest.raises(TypeError):
        base.save(path)
    assert path.read_text() == before
    assert json.loads(before)["profile"] == "unf"
