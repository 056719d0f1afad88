"""The requests of each client, one by one (onec-exchange 1.2), over real HTTP."""

import dataclasses
import datetime as dt
import io
import re
import zipfile

import pytest
from lxml import etree

from tests.emulators.onec_base.answer_xml import answer, document
from tests.emulators.onec_base.conftest import MakeBase
from tests.emulators.onec_base.site import Reply, Site

NAME = r"orders-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}_0\.xml"


def without_name(site: Site) -> list[str]:
    return [re.sub(NAME, "NAME", query) for query in site.queries]


CONVERSATIONS = {
    "unf": (
        {},
        [
            "GET type=sale&mode=checkauth",
            "GET type=sale&mode=init&sessid=t0ken",
            "GET type=sale&mode=query&sessid=t0ken",
            "GET type=sale&mode=success&sessid=t0ken",
            "GET type=sale&mode=checkauth",
            "GET type=sale&sessid=t0ken&mode=init",
            "POST type=sale&sessid=t0ken&mode=file&filename=NAME",
        ],
    ),
    "unf with subordinate documents": (
        {"subordinate_documents": True},
        [
            "GET type=sale&mode=checkauth",
            "GET type=sale&mode=init&sessid=t0ken&cmlVersion=2.10",
            "GET type=sale&mode=query&sessid=t0ken",
            "GET type=sale&mode=success&sessid=t0ken",
            "GET type=sale&mode=checkauth",
            "GET type=sale&sessid=t0ken&version=2.09&cmlVersion=2.10&mode=init",
            "POST type=sale&sessid=t0ken&version=2.09&cmlVersion=2.10&mode=file&filename=NAME",
            "GET type=sale&sessid=t0ken&version=2.09&cmlVersion=2.10&mode=import&filename=NAME",
        ],
    ),
    "unf of another protocol": (
        {"protocol_bitrix": False},
        [
            "GET type=sale&mode=checkauth",
            "GET type=sale&mode=query",
            "GET type=sale&mode=success",
            "GET type=sale&mode=checkauth",
            "GET type=sale&mode=init",
            "POST type=sale&mode=file&filename=NAME",
        ],
    ),
    "ut": (
        {},
        [
            "GET type=sale&mode=checkauth",
            "GET type=sale&mode=query",
            "GET type=sale&mode=success",
            "GET type=sale&mode=checkauth",
            "GET type=sale&mode=init",
            "POST type=sale&mode=file&filename=NAME",
        ],
    ),
    "ut with a session id": (
        {"use_session_id": True},
        [
            "GET type=sale&mode=checkauth",
            "GET type=sale&mode=query&sessid=t0ken",
            "GET type=sale&mode=success&sessid=t0ken",
            "GET type=sale&mode=checkauth",
            "GET type=sale&mode=init&sessid=t0ken",
            "POST type=sale&mode=file&filename=NAME&sessid=t0ken",
        ],
    ),
    "bitrix": (
        {},
        [
            "GET type=sale&mode=checkauth",
            "GET type=sale&mode=init&sessid=t0ken&version=2.09",
            "GET type=sale&mode=query&sessid=t0ken",
            "GET type=sale&mode=checkauth",
            "GET type=sale&mode=init&sessid=t0ken&version=2.09",
            "POST type=sale&mode=file&filename=NAME&sessid=t0ken",
            "GET type=sale&mode=import&filename=NAME&sessid=t0ken",
        ],
    ),
    "bitrix 3.1": (
        {"version": "3.1"},
        [
            "GET type=sale&mode=checkauth",
            "GET type=sale&mode=init&sessid=t0ken&version=3.1",
            "GET type=sale&mode=query&sessid=t0ken",
            "GET type=sale&mode=checkauth",
            "GET type=sale&mode=init&sessid=t0ken&version=3.1",
            "POST type=sale&mode=file&filename=NAME&sessid=t0ken",
            "GET type=sale&mode=import&filename=NAME&sessid=t0ken",
        ],
    ),
}


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_requests_of_a_session_set(site: Site, make_base: MakeBase, name: str) -> None:
    options, expected = CONVERSATIONS[name]
    base = make_base(name.partition(" ")[0], **options)
    order = base.shop.new_order()
    report = base.exchange()
    assert (report.ok, report.error, report.sent) == (True, "", (order.document_id,))
    assert without_name(site) == expected
    assert all(one.path == "/1c/shop" for one in site.asked)


def test_every_request_carries_basic_and_the_cookie_of_lines_2_and_3(site: Site, make_base: MakeBase) -> None:
    base = make_base()
    base.shop.new_order()
    base.exchange()
    assert {one.login for one in site.asked} == {"shop:пароль"}
    assert [one.headers.get("cookie") for one in site.asked] == [
        None,
        *["PHPSESSID=abc123"] * 3,
        None,
        *["PHPSESSID=abc123"] * 2,
    ]
    assert {one.headers["user-agent"] for one in site.asked} == {"1C+Enterprise/8.3"}
    assert not [one for one in site.asked if "accept-encoding" in one.headers or "content-type" in one.headers]


def test_set_cookie_of_the_answer_is_ignored(site: Site, make_base: MakeBase) -> None:
    site.reply("checkauth", dataclasses.replace(site.answers["checkauth"][0], headers=(("Set-Cookie", "other=1"),)))
    make_base("ut").exchange()
    assert site.asked[1].headers["cookie"] == "PHPSESSID=abc123"


def test_address_without_a_path_gets_the_default_script(site: Site, make_base: MakeBase) -> None:
    make_base(url=site.url.removesuffix("/1c/shop")).exchange()
    assert {one.path for one in site.asked} == {"/bitrix/admin/1c_exchange.php"}


def test_nothing_changed_means_no_upload_session(site: Site, make_base: MakeBase) -> None:
    report = make_base().exchange()
    assert (report.ok, report.sent) == (True, ())
    assert site.modes == ["checkauth", "init", "query", "success"]


def test_bitrix_repeats_query_and_success_until_an_empty_list(site: Site, make_base: MakeBase) -> None:
    site.reply("query", answer(document("1"), document("2")), answer(document("3")), answer())
    report = make_base("bitrix").exchange()
    assert site.modes == ["checkauth", "init", "query", "success", "query", "success", "query"]
    assert len(report.loaded) == 3


@pytest.mark.parametrize("profile", ["unf", "ut"])
def test_configurations_ask_once_and_confirm_once(site: Site, make_base: MakeBase, profile: str) -> None:
    site.reply("query", answer(document("1")))
    base = make_base(profile)
    base.exchange()
    assert site.modes.count("query") == site.modes.count("success") == 1
    assert [one["number"] for one in base.orders()] == ["1"]


def test_orders_loaded_in_this_session_are_not_uploaded(site: Site, make_base: MakeBase) -> None:
    base = make_base()
    loaded, other = base.shop.new_order(), base.shop.new_order()
    site.reply("query", answer(document(loaded.site_number)))
    report = base.exchange()
    assert (report.loaded, report.sent) == ((loaded.document_id,), (other.document_id,))
    assert base.due() == []
    assert loaded.document_id not in base.shop.books.changed


def test_only_changed_orders_leave_and_everything_on_demand(site: Site, make_base: MakeBase) -> None:
    base = make_base()
    first, second = base.shop.new_order(), base.shop.new_order()
    assert base.exchange().sent == (first.document_id, second.document_id)
    assert base.exchange().sent == ()
    base.shop.edit(second.document_id, comment="Позже")
    assert base.exchange().sent == (second.document_id,)
    assert base.exchange(everything=True).sent == (first.document_id, second.document_id)
    assert len(site.files()) == 3


def test_order_without_a_site_number_never_leaves(site: Site, make_base: MakeBase) -> None:
    base = make_base(fill_site_number=False)
    base.shop.new_order()
    assert base.exchange().sent == ()
    assert base.exchange(everything=True).sent == ()
    assert "file" not in site.modes


def test_upload_starts_at_the_date_of_the_node(make_base: MakeBase) -> None:
    now = [dt.datetime.fromisoformat("2024-01-31T23:59:59")]
    base = make_base(upload_from=dt.date(2024, 2, 1), clock=lambda: now[0])
    base.shop.new_order()
    now[0] += dt.timedelta(seconds=1)
    allowed = base.shop.new_order()
    assert base.exchange().sent == (allowed.document_id,)


def test_each_portion_is_a_session_of_its_own(site: Site, make_base: MakeBase) -> None:
    base = make_base("ut", portion_size=2)
    for _ in range(5):
        base.shop.new_order()
    report = base.exchange()
    assert site.modes[3:] == ["checkauth", "init", "file"] * 3
    names = [one.filename for one in site.asked if one.mode == "file"]
    assert [name[-6:] for name in names] == ["_0.xml", "_1.xml", "_2.xml"]
    assert len({name[:-6] for name in names}) == 1
    roots = [etree.fromstring(body) for body in site.files()]
    assert [len(root) for root in roots] == [2, 2, 1]
    assert {root.get("ДатаФормирования") for root in roots} == {"2024-03-05T09:07:01"}
    assert len(report.sent) == 5


def test_portion_refused_ends_the_upload_and_keeps_what_was_accepted(site: Site, make_base: MakeBase) -> None:
    base = make_base("ut", portion_size=1, repeats=0)
    first, second, third = (base.shop.new_order() for _ in range(3))
    site.reply("file", b"success", "failure\nДиск полон")
    report = base.exchange()
    assert (report.ok, report.error) == (False, "Файл не принят сервером: failure\nДиск полон")
    assert report.sent == (first.document_id,)
    assert [one.document_id for one in base.due()] == [second.document_id, third.document_id]


def test_failed_upload_is_repeated_as_a_whole_session(site: Site, make_base: MakeBase) -> None:
    base = make_base("ut", repeats=2)
    base.shop.new_order()
    site.reply("file", b"rollback", b"", b"success")
    report = base.exchange()
    assert report.ok
    assert site.modes[3:] == ["checkauth", "init", "file"] * 3
    assert len(set(site.files())) == 1
    assert len({one.filename for one in site.asked if one.mode == "file"}) == 1


def test_repeats_run_out(site: Site, make_base: MakeBase) -> None:
    base = make_base("ut", repeats=1)
    order = base.shop.new_order()
    site.reply("file", b"rollback")
    assert base.exchange().error == "Файл не принят сервером: rollback"
    assert len(site.files()) == 2
    assert [one.document_id for one in base.due()] == [order.document_id]


def test_failed_download_is_not_repeated_and_does_not_stop_the_upload(site: Site, make_base: MakeBase) -> None:
    base = make_base("ut")
    order = base.shop.new_order()
    site.reply("query", "failure\nНет прав")
    report = base.exchange()
    assert (report.ok, report.error, report.sent) == (False, "Сервер сообщил об ошибке: Нет прав", (order.document_id,))
    assert site.modes == ["checkauth", "query", "checkauth", "init", "file"]


def test_import_waits_before_each_call_and_repeats_on_progress(site: Site, make_base: MakeBase, slept: list[float]) -> None:
    base = make_base(subordinate_documents=True)
    base.shop.new_order()
    site.reply("import", "progress\nИдет распаковка архива.", b"progress", "success\nЗаказ 5: нет даты")
    assert base.exchange().ok
    assert site.modes.count("import") == 3
    assert slept == [5.0, 5.0, 5.0]
    assert any(entry.text.endswith("Заказ 5: нет даты") for entry in base.journal.entries)


@pytest.mark.parametrize("body", [b"failure\n", b"", b"<html>oops</html>", b"finished"])
def test_import_without_a_known_word_is_an_error(site: Site, make_base: MakeBase, body: bytes) -> None:
    base = make_base("bitrix", repeats=0)
    order = base.shop.new_order()
    site.reply("import", body)
    report = base.exchange()
    assert report.error.startswith("Ошибка загрузки данных на сервере")
    assert [one.document_id for one in base.due()] == [order.document_id]


def test_import_that_never_ends(site: Site, make_base: MakeBase) -> None:
    base = make_base("bitrix", import_calls_limit=3, repeats=0)
    base.shop.new_order()
    site.reply("import", b"progress")
    assert "так и не загрузил" in base.exchange().error
    assert site.modes.count("import") == 3


def test_zip_is_cut_into_parts_of_one_name_and_imported_by_the_xml_name(site: Site, make_base: MakeBase) -> None:
    base = make_base(subordinate_documents=True)
    for _ in range(4):
        base.shop.new_order()
    site.reply("init", b"zip=yes\nfile_limit=700\nsessid=t0ken\nversion=2.09")
    assert base.exchange().ok
    parts = [one for one in site.asked if one.mode == "file"]
    assert len(parts) > 1
    assert [len(one.body) for one in parts[:-1]] == [700] * (len(parts) - 1)
    assert {re.fullmatch(r"v8_[0-9A-F]{4}_[0-9a-f]{2}\.zip", one.filename) is not None for one in parts} == {True}
    assert len({one.filename for one in parts}) == 1
    with zipfile.ZipFile(io.BytesIO(b"".join(site.files()))) as archive:
        (name,) = archive.namelist()
        assert len(etree.fromstring(archive.read(name))) == 4
    assert [one.filename for one in site.asked if one.mode == "import"] == [name]


@pytest.mark.parametrize("limit", [b"file_limit=0", b"file_limit=much", b"204800", b"file_limit=-5"])
def test_no_limit_and_an_unreadable_limit_mean_one_piece(site: Site, make_base: MakeBase, limit: bytes) -> None:
    base = make_base()
    base.shop.new_order()
    site.reply("init", b"zip=no\n" + limit)
    base.exchange()
    assert len(site.files()) == 1


def test_file_limit_cuts_xml_too(site: Site, make_base: MakeBase) -> None:
    base = make_base("ut")
    base.shop.new_order()
    site.reply("init", b"zip=no\nfile_limit=1000")
    base.exchange()
    assert [len(body) for body in site.files()[:-1]] == [1000] * (len(site.files()) - 1)
    assert len(etree.fromstring(b"".join(site.files()))) == 1


def test_order_edited_while_its_file_was_read_stays_due(site: Site, make_base: MakeBase) -> None:
    base = make_base("bitrix", sleep=lambda seconds: base.shop.edit(order.document_id, comment="Успел"))
    order = base.shop.new_order()
    assert base.exchange().sent == (order.document_id,)
    assert [one.comment for one in base.due()] == ["Успел"]


def test_partial_answer_of_get_is_asked_for_once_more_silently(site: Site, make_base: MakeBase) -> None:
    whole = answer(document("1"))
    site.reply("query", dataclasses.replace(whole, announce=len(whole.body) + 10), whole)
    base = make_base()
    report = base.exchange()
    assert (report.ok, len(report.loaded)) == (True, 1)
    assert site.modes == ["checkauth", "init", "query", "query", "success"]


def test_two_partial_answers_are_an_error(site: Site, make_base: MakeBase) -> None:
    whole = answer(document("1"))
    site.reply("query", dataclasses.replace(whole, announce=len(whole.body) + 10))
    report = make_base().exchange()
    assert report.error.startswith("Нет соединения с сервером")
    assert site.modes == ["checkauth", "init", "query", "query"]


def test_partial_answer_to_a_file_is_no_silent_retry(site: Site, make_base: MakeBase) -> None:
    base = make_base("ut", repeats=0)
    base.shop.new_order()
    site.reply("file", Reply(b"succ", announce=7))
    assert not base.exchange().ok
    assert len(site.files()) == 1


@pytest.mark.parametrize("url", ["shop.example/1c", "http://shop.example:port/", "ftp://shop.example/"])
def test_address_that_is_none(make_base: MakeBase, url: str) -> None:
    assert make_base(url=url).exchange().error.startswith("Нет соединения с сервером")


def test_nobody_listens(make_base: MakeBase) -> None:
    base = make_base(url="http://127.0.0.1:1/")
    base.shop.new_order()
    report = base.exchange()
    assert report.error.startswith("Нет соединения с сервером")
    assert len(base.due()) == 1
    assert {call.status for call in base.journal.calls} == {0}
