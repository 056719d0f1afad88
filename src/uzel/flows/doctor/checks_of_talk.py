"""Checks of a whole conversation with the page, as each client reads it (onec-exchange 1.1, 1.3); most take the password."""

import re
from collections.abc import Sequence

from uzel.exchange.replies import UNNAMED
from uzel.flows.doctor.checks_of_page import NOT_TRIED, TROUBLES, is_ours, shown, step_of
from uzel.flows.doctor.finding import Check, Said, unknown, warning, well, wrong
from uzel.flows.doctor.page_record import Heard, ObservedPage

NOT_ARRIVING = "не проверялось: логин и пароль не доходят до Узла"
SPOILT_START = "\ufeff \r\n"  # another check speaks of it
GIVE_PASSWORD = "не проверялось: дайте пароль базы (--password -)"  # noqa: S105 - what to type, no password
MEGABYTE = 1 << 20
_INIT_OLD = re.compile(r"zip=no\nfile_limit=\d+")
_INIT_NEW = re.compile(r"zip=yes\nfile_limit=\d+\nsessid=\w+\nversion=[\d.]+")


def _secret_step(seen: ObservedPage, name: str) -> Heard | Said:
    """The same of a step that takes the password: where that is lost on the way, nothing is wrong with it."""
    if not seen.knows_password:
        return unknown(GIVE_PASSWORD)
    named = seen.heard.get("named")
    return unknown(NOT_ARRIVING) if named is not None and UNNAMED in named.text else step_of(seen, name)


def _password(seen: ObservedPage) -> Said:
    opened = _secret_step(seen, "checkauth")
    if isinstance(opened, Said):
        return opened
    return well("приняты") if opened.text.lstrip(SPOILT_START).startswith("success") else wrong(shown(opened))


def _checkauth_lines(seen: ObservedPage) -> Said:
    opened = _secret_step(seen, "checkauth")
    if isinstance(opened, Said):
        return opened
    lines = opened.lines
    if len(lines) == 4 and lines[0] == "success" and lines[3].startswith("sessid="):
        return well("четыре строки, в четвёртой sessid")
    return wrong(f"ответ checkauth искажён: строк {len(lines)}")


def _matches(seen: ObservedPage, step: str, pattern: re.Pattern[str], good: str) -> Said:
    heard = _secret_step(seen, step)
    if isinstance(heard, Said):
        return heard
    return well(good) if pattern.fullmatch(heard.text) else wrong(f"ответ искажён: {shown(heard)}")


def _init_old(seen: ObservedPage) -> Said:
    return _matches(seen, "init_old", _INIT_OLD, "ровно две строки, как нужно УТ")


def _init_new(seen: ObservedPage) -> Said:
    return _matches(seen, "init_new", _INIT_NEW, "четыре строки")


def _is_xml(seen: ObservedPage, step: str) -> Said:
    heard = _secret_step(seen, step)
    if isinstance(heard, Said):
        return heard
    if not heard.body.startswith(b"<?xml"):
        return wrong(f"ответ не начинается с <?xml: {shown(heard)}")
    charset = heard.header("Content-Type").rpartition("charset=")[2].lower()
    if charset != seen.encoding:
        return wrong(f"кодировка ответа {charset or 'не названа'}, а у базы задана {seen.encoding}")
    return well(f"начинается с <?xml, кодировка {charset}")


def _query(seen: ObservedPage) -> Said:
    return _is_xml(seen, "query")


def _ut_query(seen: ObservedPage) -> Said:
    return _is_xml(seen, "ut")


def _info(seen: ObservedPage) -> Said:
    return _is_xml(seen, "info")


def _bare(seen: ObservedPage) -> Said:
    heard = _secret_step(seen, "bare")
    if isinstance(heard, Said):
        return heard
    return warning("cookie сеанса не дошёл до Узла") if is_ours(heard) else well("cookie доходит")


def _success(seen: ObservedPage) -> Said:
    heard = _secret_step(seen, "success")
    if isinstance(heard, Said):
        return heard
    return well("success") if heard.text == "success" else wrong(f"ответ искажён: {shown(heard)}")


def _passed(heard: Heard, size: int) -> bool:
    return heard.lines[:2] == ["success", str(size)]


def _file(seen: ObservedPage) -> Said:
    heard = _secret_step(seen, "file")
    if isinstance(heard, Said):
        return heard
    return well("POST проходит") if heard.text.startswith("success") else wrong(f"POST не проходит: {shown(heard)}")


def _upload_usual(seen: ObservedPage) -> Said:
    """Without the password Uzel refuses it, which proves the same: it came to Uzel."""
    if not seen.uploads:
        return unknown(NOT_TRIED)
    first = seen.uploads[0]
    if _passed(first.heard, first.size) or (not seen.knows_password and is_ours(first.heard)):
        return well("1 МБ проходит")
    return wrong(f"1 МБ не проходит: {shown(first.heard) if first.heard.status else TROUBLES[first.heard.trouble]}")


def _upload_whole(seen: ObservedPage) -> Said:
    if not seen.whole_limit or not seen.uploads:
        return unknown("не проверялось: --upload вместе с --password -")
    good = [one.size for one in seen.uploads if _passed(one.heard, one.size)]
    if seen.file_limit in good:
        return well(f"проходит весь предел: {seen.file_limit // MEGABYTE} МБ")
    last = seen.uploads[-1]
    how = shown(last.heard) if last.heard.status else TROUBLES[last.heard.trouble]
    return wrong(f"{last.size // MEGABYTE} МБ не проходят ({how}), проходит {max(good, default=0) // MEGABYTE} МБ")


def _slow(seen: ObservedPage) -> Said:
    heard = seen.heard.get("slow")
    if heard is None:
        return unknown("не проверялось: --slow вместе с --password -")
    if heard.status in (200, 304):
        return well(f"ответ через {heard.seconds:.0f} с дождались")
    how = f"HTTP {heard.status}" if heard.status else TROUBLES[heard.trouble]
    return wrong(f"через {heard.seconds:.0f} с вместо ответа: {how}")


TALK_CHECKS: Sequence[Check[ObservedPage]] = (
    Check(
        "password_taken", "логин и пароль приняты", _password,
        "Проверьте логин узла (uzel node show КОД); пароль заменяется так: uzel node set КОД --password -.",
    ),
    Check("checkauth_lines", "ответ checkauth цел", _checkauth_lines, "Прокси портит ответы: отключите в нём их изменение."),
    Check("init_old_lines", "ответ init цел (УНФ, УТ)", _init_old, "Прокси портит ответы: отключите в нём их изменение."),
    Check(
        "init_new_lines", "ответ init с версией цел (модуль обмена)", _init_new,
        "Прокси портит ответы: отключите в нём их изменение.",
    ),
    Check("query_readable", "заказы читаются (УНФ, модуль обмена)", _query, "Прокси портит ответы: отключите их изменение."),
    Check(
        "ut_query_readable", "заказы читаются без sessid (УТ)", _ut_query,
        "Прокси портит ответы или cookie: в nginx — proxy_set_header Cookie $http_cookie.",
    ),
    Check(
        "cookie_kept", "cookie сеанса доходит до Узла", _bare,
        "В nginx — proxy_set_header Cookie $http_cookie и никакого proxy_cookie_flags для этого адреса.",
    ),
    Check("success_said", "подтверждение принимается", _success, "Прокси портит ответы: отключите в нём их изменение."),
    Check("info_readable", "статусы читаются", _info, "Направьте на Узел и location = /bitrix/admin/1c_exchange.php."),
    Check("post_passes", "файлы принимаются (POST)", _file, "Разрешите на прокси метод POST и тип файла без Content-Type."),
    Check(
        "upload_1mb", "файл в 1 МБ проходит", _upload_usual,
        "В nginx — client_max_body_size 210m (сам он пускает 1 МБ); в Apache — LimitRequestBody 0.",
    ),
    Check(
        "upload_whole", "проходит файл до самого предела", _upload_whole,
        "В nginx — client_max_body_size 210m и client_body_timeout 180s, или уменьшите UZEL_FILE_LIMIT_BYTES.",
    ),
    Check("slow_reply", "долгого ответа дожидаются", _slow, "В nginx — proxy_read_timeout 180s для этого адреса."),
)  # fmt: skip
