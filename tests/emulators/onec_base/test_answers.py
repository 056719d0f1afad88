"""What each client accepts (onec-exchange 1.3): every bad shape of every step, over real HTTP."""

import dataclasses
import io
import zipfile

import pytest

from tests.emulators.onec_base.answer_xml import answer, document, envelope
from tests.emulators.onec_base.conftest import MakeBase
from tests.emulators.onec_base.site import EMPTY, HTML_1251, Reply, Site, xml
from uzel.emulators.onec_base.answers import Answer as ReadAnswer
from uzel.emulators.onec_base.answers import Limits, decode_body, read_init
from uzel.emulators.onec_base.profiles import make_settings

UNREADABLE = "Не удалось прочитать данные, загруженные с сервера"
HTML = b"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>"
ONE = envelope(document("1"))


def zipped(data: bytes, name: str = "orders.xml") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return target.getvalue()


# --- checkauth ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [b"Success\r\nPHPSESSID\r\nabc\r\nsessid=1\r\n", b" success \nPHPSESSID\nabc\nsessid=1"])
def test_checkauth_is_trimmed_and_lower_cased(site: Site, make_base: MakeBase, body: bytes) -> None:
    site.reply("checkauth", body)
    assert make_base().exchange().ok
    assert site.asked[1].headers["cookie"] == "PHPSESSID=abc"
    assert site.asked[1].query.endswith("&sessid=1")


@pytest.mark.parametrize("body", [b"success", b"success\n", b"success\nPHPSESSID\nabc"])
def test_checkauth_without_line_4_means_no_sessid(site: Site, make_base: MakeBase, body: bytes) -> None:
    site.reply("checkauth", body)
    assert make_base().exchange().ok
    assert all("sessid" not in one.query for one in site.asked)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("failure\nНеверный пароль", "Ошибка авторизации на сервере: failure\nНеверный пароль"),
        ("", "Ошибка авторизации на сервере"),
        (HTML.decode(), "Ошибка авторизации на сервере"),
        ("x" * 300, "Ошибка авторизации на сервере"),
        ("successfully logged in", "Ошибка авторизации на сервере: successfully logged in"),
        ("\nsuccess\nPHPSESSID\nabc", "Ошибка авторизации на сервере: success\nPHPSESSID\nabc"),
    ],
)
def test_checkauth_refused(site: Site, make_base: MakeBase, body: str, error: str) -> None:
    site.reply("checkauth", body)
    report = make_base().exchange()
    assert (report.ok, report.error) == (False, error)
    assert site.modes == ["checkauth"]  # nothing is due, so the upload does not begin


# --- init --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", ["zip=no\nfile_limit=1\n", "zip=no\nfile_limit=1\nsessid=x\nversion=2.09", "zip=no", ""])
def test_ut_wants_exactly_two_lines(site: Site, make_base: MakeBase, body: str) -> None:
    base = make_base("ut", repeats=0)
    base.shop.new_order()
    site.reply("init", body)
    report = base.exchange()
    assert report.error.startswith("Ответ на init: ожидалось строк 2")
    assert site.files() == []


@pytest.mark.parametrize(
    "body", ["zip=no\nfile_limit=204800", "zip=no\nfile_limit=204800\n", "zip=no\nfile_limit=204800\nsessid=x\nversion=2.09"]
)
def test_unf_reads_two_lines_and_ignores_more(site: Site, make_base: MakeBase, body: str) -> None:
    base = make_base()
    base.shop.new_order()
    site.reply("init", body)
    assert base.exchange().ok


def test_unf_with_protocol_bitrix_needs_two_lines(site: Site, make_base: MakeBase) -> None:
    site.reply("init", "zip=no")
    assert make_base().exchange().error == "Ответ на init: нет параметра file_limit: zip=no"
    base = make_base(protocol_bitrix=False)
    base.shop.new_order()
    assert base.exchange().ok


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("zip=yes\nfile_limit=100", Limits(True, 100)),
        ("ZIP=YES\r\nFILE_LIMIT=100\r", Limits(True, 100)),
        ("zip=no\nfile_limit=0", Limits(False, 0)),
        ("zip=no\nfile_limit=lots", Limits(False, -1)),
        ("yes\n100", Limits(False, -1)),
    ],
)
def test_what_init_says(text: str, limits: Limits) -> None:
    assert read_init(ReadAnswer(200, "", text.encode()), make_settings("ut", {})) == limits


def test_refused_init_stops_bitrix_and_not_the_configurations(site: Site, make_base: MakeBase) -> None:
    site.reply("init", "failure\nСначала авторизация")
    assert make_base("bitrix").exchange().error == "Ошибка установки параметров обмена: failure\nСначала авторизация"
    assert site.modes == ["checkauth", "init"]
    assert make_base("unf").exchange().ok
    assert site.modes[-2:] == ["query", "success"]


# --- query -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", ["unf", "ut", "bitrix"])
@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"\xef\xbb\xbf" + ONE.encode(), "application/xml; charset=utf-8"),
        Reply(b"\n" + ONE.encode("cp1251"), HTML_1251),
        Reply(b"Notice: undefined index\n" + ONE.encode("cp1251"), HTML_1251),
        Reply(b"", HTML_1251),
        Reply(HTML, HTML_1251, 502),
        Reply(b"success\n", HTML_1251),
        Reply(b"<?xml version='1.0'?><Orders/>", HTML_1251),
        Reply(ONE.encode("cp1251")[:-20], HTML_1251),
        Reply(ONE.encode(), "application/xml; charset=windows-1251"),
        Reply(b"PK\x03\x04 not a zip", HTML_1251),
        Reply(zipped(b"", "readme.txt"), HTML_1251),
    ],
    ids=["bom", "newline", "notice", "empty", "html", "word", "root", "cut", "cp1251 header", "bad zip", "no xml in zip"],
)
def test_query_that_cannot_be_read(site: Site, make_base: MakeBase, profile: str, reply: Reply) -> None:
    site.reply("query", reply)
    base = make_base(profile)
    report = base.exchange()
    assert report.error.startswith((UNREADABLE, "Модуль обмена принимает"))
    assert "success" not in site.modes
    assert base.orders() == []


def test_root_without_a_declaration_suits_unf_only(site: Site, make_base: MakeBase) -> None:
    site.reply("query", Reply(ONE.partition("\n")[2].encode("cp1251"), HTML_1251))
    assert len(make_base("unf").exchange().loaded) == 1
    assert make_base("ut").exchange().error.startswith(UNREADABLE)


@pytest.mark.parametrize("profile", ["unf", "ut"])
@pytest.mark.parametrize(
    "reply",
    [
        xml(ONE),
        xml(envelope(document("1"), encoding="utf-8"), "utf-8"),
        Reply(ONE.encode("cp1251"), "application/xml"),
        Reply(ONE.encode("cp1251"), "application/xml; charset=utf-8"),
        Reply(zipped(ONE.encode("cp1251")), "application/zip"),
        Reply(zipped(b"\xef\xbb\xbf" + envelope(document("1"), encoding="utf-8").encode()), "application/zip"),
        Reply(ONE.encode("cp1251"), HTML_1251, 500),
    ],
    ids=["cp1251", "utf-8", "no charset", "utf-8 header", "zip", "zip with bom", "status 500"],
)
def test_query_that_is_read(site: Site, make_base: MakeBase, profile: str, reply: Reply) -> None:
    site.reply("query", reply)
    base = make_base(profile)
    assert base.exchange().ok
    assert [one["counterparty"]["name"] for one in base.orders()] == ["Иван"]


def test_failure_of_query_is_shown_to_the_user(site: Site, make_base: MakeBase) -> None:
    site.reply("query", "failure\nСессия устарела")
    assert make_base().exchange().error == "Сервер сообщил об ошибке: Сессия устарела"


def test_compressed_answer_is_unreadable(site: Site, make_base: MakeBase) -> None:
    import gzip

    site.reply("query", Reply(gzip.compress(ONE.encode("cp1251")), HTML_1251, headers=(("Content-Encoding", "gzip"),)))
    assert make_base().exchange().error.startswith(UNREADABLE)


def test_bitrix_takes_windows_1251_only(site: Site, make_base: MakeBase) -> None:
    site.reply("query", answer(document("1"), encoding="utf-8"))
    assert make_base("bitrix").exchange().error == "Модуль обмена принимает документы только в кодировке windows-1251"


# --- success, file -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("body", "ok"), [(b"success\n", True), (b"", True), (b"error\n", True), (b"failure\nlate", False)])
def test_success_minds_failure_only_and_the_orders_stay(site: Site, make_base: MakeBase, body: bytes, ok: bool) -> None:
    site.reply("query", answer(document("1")))
    site.reply("success", body)
    base = make_base()
    report = base.exchange()
    assert report.ok is ok
    assert len(report.loaded) == len(base.orders()) == 1


@pytest.mark.parametrize("body", [b"failure\nno", b"", HTML, b"\nsuccess", b"Successfully stored", b"\xef\xbb\xbfsuccess"])
def test_file_needs_success_in_its_first_line(site: Site, make_base: MakeBase, body: bytes) -> None:
    base = make_base("ut", repeats=0)
    base.shop.new_order()
    site.reply("file", Reply(body, "text/html; charset=utf-8"))
    report = base.exchange()
    assert report.error.startswith("Файл не принят сервером")
    assert len(base.due()) == 1


def test_more_lines_of_file_are_an_extended_status(site: Site, make_base: MakeBase) -> None:
    base = make_base("ut")
    base.shop.new_order()
    site.reply("file", "success\nЗаказ 5: нет даты")
    assert base.exchange().ok
    assert "Расширенный статус: Заказ 5: нет даты" in [entry.text for entry in base.journal.entries]


def test_status_of_a_post_is_an_error_in_the_log_but_the_body_decides(site: Site, make_base: MakeBase) -> None:
    base = make_base("ut")
    base.shop.new_order()
    site.reply("file", Reply(b"success", status=500))
    assert base.exchange().ok
    assert [entry.level for entry in base.journal.entries if "500" in entry.text] == ["error"]


def test_status_of_a_get_is_only_logged(site: Site, make_base: MakeBase) -> None:
    site.reply("checkauth", dataclasses.replace(site.answers["checkauth"][0], status=401))
    base = make_base()
    assert base.exchange().ok
    assert [entry.level for entry in base.journal.entries if "401" in entry.text] == ["warning"]


def test_redirect_is_not_followed(site: Site, make_base: MakeBase) -> None:
    site.reply("checkauth", Reply(b"", status=302, headers=(("Location", site.url),)))
    assert make_base().exchange().error == "Ошибка авторизации на сервере"
    assert site.modes == ["checkauth"]


@pytest.mark.parametrize("body", [EMPTY, EMPTY.replace("></КоммерческаяИнформация>", "/>")])
@pytest.mark.parametrize("profile", ["unf", "ut", "bitrix"])
def test_empty_root_is_a_good_answer(site: Site, make_base: MakeBase, profile: str, body: str) -> None:
    site.reply("query", xml(body))
    report = make_base(profile).exchange()
    assert (report.ok, report.loaded) == (True, ())


# --- decoding ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("Имя".encode(), "text/html", "Имя"),
        ("Имя".encode("cp1251"), "text/html", "Имя"),
        ("Имя".encode("cp1251"), "text/html; charset=windows-1251", "Имя"),
        ("Имя".encode("cp1251"), "text/html; charset=utf-8", "Имя"),
        ("Имя".encode("cp1251"), "text/html; charset=no-such", "Имя"),
        ("Имя".encode(), "text/html; charset=windows-1251", "Р\x98РјСЏ"),
        ("Имя".encode("koi8-r"), "text/html; charset=koi8-r", "Имя"),
    ],
)
def test_decoding_of_answers(body: bytes, content_type: str, text: str) -> None:
    assert decode_body(body, content_type) == text
