"""Each check of the way to the page, by answers that show it right and wrong."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from tests.flows.doctor.cases import Case, prove
from uzel.exchange.replies import STRANGER, UNNAMED
from uzel.flows.doctor.checks_of_page import TROUBLES
from uzel.flows.doctor.finding import Grade, Said
from uzel.flows.doctor.node_checks import WAY_CHECKS
from uzel.flows.doctor.page_record import Certificate, Heard, ObservedPage, Upload
from uzel.flows.doctor.wire_probe import _TROUBLES, Ask, certificate_of, hear, trouble_of

NOW = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)
WARNING, WRONG = Grade.WARNING, Grade.WRONG
LIMIT = 200 << 20
DATE = "Mon, 02 Mar 2026 12:00:30 GMT"


def heard(text: str, status: int = 200, media: str = "text/plain; charset=utf-8", **headers: str) -> Heard:
    told = {"Content-Type": media, "Content-Length": "1", "Cache-Control": "no-store", "Date": DATE}
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    return Heard(status, tuple(told.items()), text.encode(), 0.1)


BARE, NAMED = heard(f"failure\n{UNNAMED}", 401), heard(f"failure\n{STRANGER}")
XML = heard('<?xml version="1.0" encoding="utf-8"?>\n<x/>', media="application/xml; charset=utf-8")
PAGE = heard("<html>nginx</html>", 404, "text/html")
GOOD = ObservedPage(
    "https://h/1c/shop/", NOW, knows_password=True, certificate=Certificate(ends=NOW + dt.timedelta(days=80)), whole_limit=True,
    uploads=(Upload(2_000_000, heard("success\n2000000")), Upload(LIMIT, heard(f"success\n{LIMIT}"))),
    heard={
        "open": BARE, "named": NAMED, "below": BARE, "root": BARE, "old_http": BARE, "query": XML, "ut": XML, "bare": XML,
        "info": XML, "success": heard("success"), "checkauth": heard("success\nUZELSESSION\n1\nsessid=2"),
        "init_old": heard("zip=no\nfile_limit=1"), "init_new": heard("zip=yes\nfile_limit=1\nsessid=2\nversion=2.09"),
        "file": heard("success\n1000"), "slow": Heard(304, seconds=50),
    },
)  # fmt: skip


def but(**answers: Heard) -> ObservedPage:
    return replace(GOOD, heard={**GOOD.heard, **answers})


def ending(days: int) -> ObservedPage:
    return replace(GOOD, certificate=Certificate(ends=NOW + dt.timedelta(days=days)))


def too_large(status: int = 413) -> ObservedPage:
    return replace(GOOD, uploads=(*GOOD.uploads[:1], Upload(LIMIT, heard("<html>", status))))


SECRETLESS = replace(GOOD, knows_password=False, uploads=(Upload(2_000_000, BARE),))
CUT = Heard(trouble="broken")

CASES = [
    Case("page_answers", GOOD, but(open=Heard(trouble="name")), WRONG, "DNS"),
    Case("tls_valid", GOOD, replace(GOOD, certificate=Certificate("self-signed")), WRONG, "self-signed"),
    Case("tls_valid", replace(GOOD, url="http://localhost/"), replace(GOOD, url="http://h/"), WARNING, "открытым"),
    Case("tls_lasts", GOOD, ending(12), WARNING, "12"),
    Case("tls_lasts", GOOD, ending(-1), WRONG, "-1"),
    Case("no_redirect", GOOD, but(open=heard("", 301, Location="https://h2/")), WRONG, "https://h2/"),
    Case("is_uzel", GOOD, but(open=PAGE), WRONG, "nginx"),
    Case("no_own_password", GOOD, but(open=heard("<html>", 401, WWW_Authenticate="Basic front")), WRONG, "Basic front"),
    Case("basic_kept", GOOD, but(named=BARE), WRONG, "Authorization"),
    Case("clean_start", GOOD, but(query=heard("\ufeff<?xml")), WRONG, "BOM"),
    Case("clean_start", GOOD, but(query=heard("\n<?xml")), WRONG, "query"),
    Case("nothing_appended", GOOD, but(open=heard(f"failure\n{UNNAMED}<script>", 401)), WRONG, "<script>"),
    Case("not_packed", GOOD, but(info=heard("x", Content_Encoding="br")), WRONG, "br"),
    Case("charset_last", GOOD, but(query=replace(XML, headers=())), WRONG, "нет"),
    Case("length_told", GOOD, but(query=replace(XML, headers=())), WARNING, "query"),
    Case("not_cached", GOOD, but(open=heard(UNNAMED, X_Cache="HIT from front")), WRONG, "open"),
    Case("not_cached", GOOD, but(open=heard(UNNAMED, Cache_Control="private")), WARNING, "no-store"),
    Case("old_http", GOOD, but(old_http=heard("", 505)), WARNING, "505"),
    Case("page_below", GOOD, but(below=PAGE), WARNING, "404"),
    Case("root_page", GOOD, but(root=CUT), WARNING, "оборвано"),
    Case("page_quick", GOOD, but(open=replace(BARE, seconds=9)), WARNING, "9.0"),
    Case("front_clock", GOOD, but(open=heard("", Date="Mon, 02 Mar 2026 11:00:00 GMT")), WARNING, "3600"),
    Case("password_taken", GOOD, but(checkauth=NAMED), WRONG, "Неверный"),
    Case("checkauth_lines", GOOD, but(checkauth=heard("success\nUZELSESSION\n1")), WRONG, "3"),
    Case("init_old_lines", GOOD, but(init_old=heard("zip=no\nfile_limit=1\n")), WRONG),
    Case("init_new_lines", GOOD, but(init_new=heard("zip=no\nfile_limit=1")), WRONG),
    Case("query_readable", GOOD, but(query=heard("<html>")), WRONG, "<?xml"),
    Case("query_readable", GOOD, replace(GOOD, encoding="windows-1251"), WRONG, "windows-1251"),
    Case("ut_query_readable", GOOD, but(ut=heard("failure\nСеанс")), WRONG, "Сеанс"),
    Case("cookie_kept", GOOD, but(bare=BARE), WARNING, "cookie"),
    Case("success_said", GOOD, but(success=heard("success<!-- counter -->")), WRONG, "counter"),
    Case("info_readable", GOOD, but(info=PAGE), WRONG, "404"),
    Case("post_passes", GOOD, but(file=heard("", 405)), WRONG, "405"),
    Case("upload_1mb", GOOD, replace(GOOD, uploads=(Upload(1 << 20, heard("<html>", 413)),)), WRONG, "413"),
    Case("upload_1mb", SECRETLESS, replace(SECRETLESS, uploads=(Upload(1 << 20, CUT),)), WRONG, "оборвано"),
    Case("upload_whole", GOOD, too_large(), WRONG, "проходит 1 МБ"),
    Case("slow_reply", GOOD, but(slow=heard("<html>", 504)), WRONG, "504"),
    Case("slow_reply", GOOD, but(slow=Heard(seconds=75, trouble="timeout")), WRONG, "75"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_a_check_tells_right_from_wrong(case: Case) -> None:
    prove(case, WAY_CHECKS)


def test_every_check_has_its_test() -> None:
    assert {case.code for case in CASES} == {check.code for check in WAY_CHECKS}


def said(code: str, page: ObservedPage) -> Said:
    return next(check for check in WAY_CHECKS if check.code == code).look(page)


def test_a_password_that_is_lost_on_the_way_is_not_called_wrong() -> None:
    stripped = but(named=BARE, checkauth=BARE, init_old=BARE, init_new=BARE, query=BARE)
    assert said("basic_kept", stripped).grade is WRONG
    for code in ("password_taken", "checkauth_lines", "init_new_lines", "ut_query_readable"):
        assert said(code, stripped).grade is Grade.UNKNOWN, code


def test_a_spoilt_beginning_speaks_for_itself_and_shows_no_keys() -> None:
    spoilt = but(checkauth=heard("\ufeffsuccess\nUZELSESSION\nabc\nsessid=def"))
    assert said("password_taken", spoilt).grade is Grade.OK
    refused = said("password_taken", but(checkauth=heard("oops UZELSESSION abc sessid=def")))
    assert "oops UZELSESSION *** sessid=***" in refused.seen


@pytest.mark.parametrize("check", WAY_CHECKS, ids=lambda check: check.code)
def test_where_nobody_answers_one_thing_alone_is_wrong(check: Any) -> None:
    said = check.look(ObservedPage("https://h/", NOW, heard={"open": Heard(trouble="refused")}))
    assert said.grade is (WRONG if check.code == "page_answers" else Grade.UNKNOWN)


def test_every_trouble_has_its_words() -> None:
    assert {word for _, word in _TROUBLES} == set(TROUBLES)
    assert trouble_of(KeyError()) == ""


def test_a_server_that_speaks_no_tls_is_no_certificate_to_trust() -> None:
    assert certificate_of("http://127.0.0.1:1/") is None
    assert certificate_of("https://127.0.0.1:1/") is None
    assert hear(Ask("https://127.0.0.1:1/")).trouble == "refused"
    assert hear(Ask("http://nowhere.invalid/")).trouble == "name"
