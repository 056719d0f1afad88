"""Misbehaviour on a script: what the site sees and what the base remembers."""

import codecs

import pytest
from lxml import etree

from tests.emulators.onec_base.answer_xml import answer, document
from tests.emulators.onec_base.conftest import MakeBase
from tests.emulators.onec_base.site import Site
from uzel.emulators.onec_base.faults import FILE_FAULTS, REQUEST_FAULTS, Faults

ALL = ["checkauth", "init", "query", "success", "checkauth", "init", "file", "import"]


@pytest.mark.parametrize(
    ("step", "after", "asked"),
    [
        ("checkauth", 0, ALL[:0]),
        ("init", 0, ALL[:1]),
        ("query", 0, ALL[:2]),
        ("success", 0, ALL[:3]),
        ("checkauth", 1, ALL[:4]),
        ("init", 1, ALL[:5]),
        ("file", 0, ALL[:6]),
        ("import", 0, ALL[:7]),
    ],
)
def test_vanish_before_any_step(site: Site, make_base: MakeBase, step: str, after: int, asked: list[str]) -> None:
    site.reply("query", answer(document("77")))
    base = make_base(subordinate_documents=True)
    order = base.shop.new_order()
    base.faults.arm("vanish_before", step, after=after)
    report = base.exchange()
    assert (report.ok, report.vanished_before, report.sent) == (False, step, ())
    assert site.modes == asked
    assert order.document_id in [one.document_id for one in base.due()]


def test_vanished_before_success_keeps_the_documents_and_takes_them_again(site: Site, make_base: MakeBase) -> None:
    site.reply("query", answer(document("77")))
    base = make_base()
    base.faults.arm("vanish_before", "success")
    (first,) = base.exchange().loaded
    again = base.exchange()
    assert (again.ok, again.loaded) == (True, (first,))
    assert len(base.orders()) == 1
    assert site.modes.count("success") == 1


@pytest.mark.parametrize("step", ["checkauth", "init", "query", "success"])
def test_lost_answer_of_a_download(site: Site, make_base: MakeBase, step: str) -> None:
    site.reply("query", answer(document("77")))
    base = make_base()
    base.faults.arm("lose_answer", step)
    report = base.exchange()
    assert report.error == f"{step}: соединение разорвано, ответ сервера не получен"
    assert site.modes[-1] == step  # the site did see the request
    assert len(base.orders()) == (1 if step == "success" else 0)
    assert base.exchange().ok
    assert len(base.orders()) == 1


@pytest.mark.parametrize("step", ["file", "import"])
def test_lost_answer_of_an_upload_is_repeated_at_once_and_next_time(site: Site, make_base: MakeBase, step: str) -> None:
    base = make_base(subordinate_documents=True, repeats=1)
    order = base.shop.new_order()
    base.faults.arm("lose_answer", step, times=2)
    report = base.exchange()
    assert (report.ok, report.sent) == (False, ())
    assert len(site.files()) == 2
    assert base.exchange().sent == (order.document_id,)
    assert len(site.files()) == 3
    assert len(set(site.files())) == 1
    assert base.exchange().sent == ()


def test_lost_answer_is_in_the_record_of_calls(make_base: MakeBase) -> None:
    base = make_base()
    base.faults.arm("lose_answer")
    base.exchange()
    assert [(call.step, call.status) for call in base.journal.calls] == [("checkauth", 0)]
    assert base.journal.entries[0].text == "Сбой по сценарию: запрос ушёл, ответ потерян (checkauth)"


def test_file_sent_twice_is_a_second_session(site: Site, make_base: MakeBase) -> None:
    base = make_base("ut")
    base.shop.new_order()
    base.faults.arm("send_twice")
    assert base.exchange().ok
    assert site.modes[3:] == ["checkauth", "init", "file"] * 2
    assert len(set(site.files())) == 1


def test_part_posted_twice_stays_in_one_session(site: Site, make_base: MakeBase) -> None:
    base = make_base("ut")
    base.shop.new_order()
    base.faults.arm("post_twice")
    assert base.exchange().ok
    assert site.modes[3:] == ["checkauth", "init", "file", "file"]
    assert len(set(site.files())) == 1


def test_split_file(site: Site, make_base: MakeBase) -> None:
    base = make_base("ut")
    base.shop.new_order()
    base.faults.arm("split_file")
    assert base.exchange().ok
    assert len(site.files()) == 3
    assert len({one.filename for one in site.asked if one.mode == "file"}) == 1
    assert len(etree.fromstring(b"".join(site.files()))) == 1


def test_truncated_file(site: Site, make_base: MakeBase) -> None:
    base = make_base("ut")
    base.shop.new_order()
    base.faults.arm("truncate_file")
    base.exchange()
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(site.files()[0])


def test_windows_1251_once(site: Site, make_base: MakeBase) -> None:
    base = make_base()
    order = base.shop.new_order(comment="Ёлка — 🎄")
    base.faults.arm("windows_1251")
    base.exchange()
    base.shop.edit(order.document_id, comment="Снова")
    base.exchange()
    first, second = site.files()
    assert first.startswith(b'<?xml version="1.0" encoding="WINDOWS-1251"?>')
    assert "Ёлка — &#127876;".encode("cp1251") in first
    assert second.startswith(codecs.BOM_UTF8)


def test_wrong_sessid_cookie_and_password(site: Site, make_base: MakeBase) -> None:
    base = make_base()
    for what, step in (("wrong_sessid", "query"), ("no_cookie", "query"), ("wrong_password", "success")):
        base.faults.arm(what, step)
    base.exchange()
    query, success = site.asked[2], site.asked[3]
    assert query.query == f"type=sale&mode=query&sessid={'0' * 32}"
    assert "cookie" not in query.headers
    assert success.login == "shop:пароль?"
    assert site.asked[1].query.endswith("sessid=t0ken")


def test_wrong_sessid_waits_for_a_request_that_carries_one(make_base: MakeBase) -> None:
    base = make_base("ut")
    base.faults.arm("wrong_sessid")
    base.exchange()
    assert base.faults.pending() == {"wrong_sessid": 1}


def test_faults_spend_themselves() -> None:
    heard: list[str] = []
    faults = Faults(heard.append)
    faults.arm("lose_answer", "file", times=2, after=1)
    assert [faults.take("lose_answer", step) for step in ("query", "file", "file", "file", "file")] == [
        False,
        False,
        True,
        True,
        False,
    ]
    assert heard == ["Сбой по сценарию: запрос ушёл, ответ потерян (file)"] * 2
    assert faults.pending() == {}


def test_documents_first_go_in_a_file_of_their_own(site: Site, make_base: MakeBase) -> None:
    base = make_base("bitrix", version="3.1")
    order = base.shop.new_order()
    base.shop.post(order.document_id)
    base.shop.pay(order.document_id)
    base.faults.arm("documents_first")
    assert base.exchange().sent == (order.document_id,)
    early, whole = (etree.fromstring(file) for file in site.files())
    operations = [[one.findtext("{*}ХозОперация") for one in file.iter("{*}Документ")] for file in (early, whole)]
    assert operations == [["Выплата наличных денег"], ["Заказ товара", "Выплата наличных денег"]]
    assert [one.text for one in early.iter("{*}Основание")] == [order.document_id]


@pytest.mark.parametrize("arguments", [("explode",), ("lose_answer", "import_all"), ("send_twice", "file")])
def test_unknown_faults_are_refused(arguments: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="сбо"):
        Faults().arm(*arguments)


def test_every_fault_has_one_name() -> None:
    assert not set(REQUEST_FAULTS) & set(FILE_FAULTS)
