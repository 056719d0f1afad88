"""Checks of the way to the exchange page: what a proxy, a certificate or an address spoils (onec-exchange 1.2, 1.3, 7)."""

import datetime as dt
import re
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from uzel.exchange.replies import STRANGER, SWITCHED_OFF, UNNAMED
from uzel.exchange.request import COOKIE
from uzel.flows.doctor.finding import Check, Said, unknown, warning, well, wrong
from uzel.flows.doctor.page_record import Heard, ObservedPage

TROUBLES = {
    "name": "имя узла не находится в DNS",
    "refused": "соединение отвергнуто: по этому адресу никто не слушает",
    "timeout": "ответа нет",
    "tls": "не удалось установить защищённое соединение",
    "broken": "соединение оборвано без ответа",
}
NOT_TRIED = "не проверялось"
LOCAL_HOSTS = ("127.0.0.1", "::1", "localhost")
MARK = b"\xef\xbb\xbf"
SHOWN_CHARACTERS = 80
WARN_DAYS, ALARM_DAYS = 30, 5  # before a certificate ends
SLOW_S = 5.0
CLOCK_OFF = dt.timedelta(minutes=2)
_KEYS = re.compile(rf"({COOKIE} |sessid=)\S+")
_CHARSET_LAST = re.compile(r";\s*charset=[\w-]+\Z", re.IGNORECASE)


def step_of(seen: ObservedPage, name: str) -> Heard | Said:
    """The answer of a step, or what its lack means."""
    heard = seen.heard.get(name)
    if heard is None:
        return unknown(NOT_TRIED)
    return heard if heard.status else wrong(TROUBLES[heard.trouble])


def is_ours(heard: Heard) -> bool:
    """Whether it is Uzel who answers."""
    return any(text in heard.text for text in (UNNAMED, STRANGER, SWITCHED_OFF))


def shown(heard: Heard) -> str:
    """An answer in short; the keys of a session are for nobody's eyes."""
    text = _KEYS.sub(r"\1***", " ".join(heard.text.split()))[:SHOWN_CHARACTERS]
    return f"HTTP {heard.status}, «{text}»" if text else f"HTTP {heard.status}, пустой ответ"


def _answers(seen: ObservedPage) -> Said:
    first = step_of(seen, "open")
    return first if isinstance(first, Said) else well(f"{seen.url} отвечает")


def _tls(seen: ObservedPage) -> Said:
    if urlsplit(seen.url).scheme != "https":
        local = urlsplit(seen.url).hostname in LOCAL_HOSTS
        return well("местный адрес без шифрования") if local else warning("http: логин и пароль идут открытым текстом")
    if seen.certificate is None:
        return unknown("сертификат не получен")
    fault = seen.certificate.fault
    return wrong(f"сертификату нельзя верить: {fault}") if fault else well("сертификат верен")


def _tls_lasts(seen: ObservedPage) -> Said:
    if seen.certificate is None or seen.certificate.ends is None:
        return unknown("срок сертификата не известен")
    days = (seen.certificate.ends - seen.now).days
    text = f"сертификату осталось дней: {days}"
    return wrong(text) if days < ALARM_DAYS else warning(text) if days < WARN_DAYS else well(text)


def _no_redirect(seen: ObservedPage) -> Said:
    first = step_of(seen, "open")
    if isinstance(first, Said):
        return unknown(NOT_TRIED)
    if not 300 <= first.status < 400:
        return well("перенаправления нет")
    return wrong(f"HTTP {first.status}: перенаправляет на {first.header('Location') or 'другой адрес'}")


def _is_uzel(seen: ObservedPage) -> Said:
    first = step_of(seen, "open")
    if isinstance(first, Said):
        return unknown(NOT_TRIED)
    return well("отвечает Узел") if is_ours(first) else wrong(f"отвечает не Узел: {shown(first)}")


def _no_own_password(seen: ObservedPage) -> Said:
    first = step_of(seen, "open")
    if isinstance(first, Said):
        return unknown(NOT_TRIED)
    if first.status != 401 or is_ours(first):
        return well("пароль спрашивает сам Узел")
    return wrong(f"пароль спрашивает не Узел: {first.header('WWW-Authenticate') or shown(first)}")


def _basic_kept(seen: ObservedPage) -> Said:
    named = step_of(seen, "named")
    if isinstance(named, Said):
        return named
    if UNNAMED in named.text:
        return wrong("заголовок Authorization не дошёл до Узла")
    return well("заголовок Authorization доходит") if is_ours(named) else unknown(f"ответил не Узел: {shown(named)}")


def _clean_start(seen: ObservedPage) -> Said:
    for step, one in seen.answers:
        if one.body.startswith(MARK):
            return wrong(f"в начале ответа ({step}) метка порядка байтов (BOM)")
        if one.body[:1].isspace():
            return wrong(f"в начале ответа ({step}) лишние пробелы или переводы строк")
    return well("ничего лишнего") if seen.answers else unknown(NOT_TRIED)


def _nothing_appended(seen: ObservedPage) -> Said:
    first = step_of(seen, "open")
    if isinstance(first, Said) or not is_ours(first):
        return unknown(NOT_TRIED)
    tail = first.text.partition(UNNAMED)[2]
    if not tail:
        return well("ничего лишнего")
    return wrong(f"в конец ответа дописано: {tail.strip()[:SHOWN_CHARACTERS] or 'перевод строки'}")


def _not_packed(seen: ObservedPage) -> Said:
    packed = [
        (step, one.header("Content-Encoding"))
        for step, one in seen.answers
        if one.header("Content-Encoding") not in ("", "identity")
    ]
    if packed:
        return wrong(f"ответ ({packed[0][0]}) сжат ({packed[0][1]}), хотя об этом не просили")
    return well("ответы не сжимаются") if seen.answers else unknown(NOT_TRIED)


def _charset_last(seen: ObservedPage) -> Said:
    ours = [(step, one) for step, one in seen.answers if is_ours(one) or step in ("query", "info", "checkauth")]
    spoilt = [(step, one.header("Content-Type")) for step, one in ours if not _CHARSET_LAST.search(one.header("Content-Type"))]
    if spoilt:
        return wrong(f"Content-Type ответа ({spoilt[0][0]}): {spoilt[0][1] or 'нет'}")
    return well("стоит последней") if ours else unknown(NOT_TRIED)


def _length_told(seen: ObservedPage) -> Said:
    without = [step for step, one in seen.answers if not one.header("Content-Length") and one.status not in (204, 304)]
    if without:
        return warning(f"у ответов нет Content-Length: {', '.join(without[:5])}")
    return well("указана") if seen.answers else unknown(NOT_TRIED)


def _not_cached(seen: ObservedPage) -> Said:
    for step, one in seen.answers:
        if one.header("Age") or "hit" in one.header("X-Cache").lower():
            return wrong(f"ответ ({step}) взят из кеша прокси")
    lost = [step for step, one in seen.answers if is_ours(one) and "no-store" not in one.header("Cache-Control")]
    if lost:
        return warning(f"заголовок Cache-Control: no-store пропал ({lost[0]})")
    return well("ответы не запоминаются") if seen.answers else unknown(NOT_TRIED)


def _answered_by_uzel(seen: ObservedPage, step: str, what: str) -> Said:
    heard = step_of(seen, step)
    if isinstance(heard, Said):
        return heard if seen.heard.get(step) is None else warning(heard.seen)
    return well(f"{what}: отвечает Узел") if is_ours(heard) else warning(f"{what}: {shown(heard)}")


def _old_http(seen: ObservedPage) -> Said:
    return _answered_by_uzel(seen, "old_http", "HTTP/1.0")


def _below(seen: ObservedPage) -> Said:
    return _answered_by_uzel(seen, "below", "…/bitrix/admin/1c_exchange.php под адресом базы")


def _root(seen: ObservedPage) -> Said:
    return _answered_by_uzel(seen, "root", "/bitrix/admin/1c_exchange.php в корне")


def _quick(seen: ObservedPage) -> Said:
    first = step_of(seen, "open")
    if isinstance(first, Said):
        return unknown(NOT_TRIED)
    text = f"первый ответ за {first.seconds:.1f} с"
    return warning(text) if first.seconds > SLOW_S else well(text)


def _front_clock(seen: ObservedPage) -> Said:
    first = step_of(seen, "open")
    written = "" if isinstance(first, Said) else first.header("Date")
    try:
        told = parsedate_to_datetime(written) if written else None
    except ValueError:
        told = None
    if told is None:
        return unknown("сервер не называет времени")
    off = abs(told.astimezone(dt.UTC) - seen.now)
    return (
        warning(f"часы сервера расходятся с часами Узла на {off.total_seconds():.0f} с") if off > CLOCK_OFF else well("верны")
    )


PAGE_CHECKS: Sequence[Check[ObservedPage]] = (
    Check(
        "page_answers", "адрес обмена отвечает", _answers,
        "Запустите uzel serve, проверьте имя узла в DNS, порт и межсетевой экран.",
    ),
    Check(
        "tls_valid", "защищённое соединение", _tls,
        "Поставьте на прокси сертификат, которому верит Windows (со всей цепочкой: ssl_certificate fullchain.pem).",
    ),
    Check("tls_lasts", "срок сертификата", _tls_lasts, "Обновите сертификат и проверьте его автоматическое продление."),
    Check(
        "no_redirect", "адрес не перенаправляет", _no_redirect,
        "1С не ходит по перенаправлениям: впишите в неё конечный адрес (с https и косой чертой в конце).",
    ),
    Check(
        "is_uzel", "по адресу отвечает Узел", _is_uzel,
        "Направьте этот адрес на uzel serve: в nginx — location /1c/ { proxy_pass http://127.0.0.1:8000; }.",
    ),
    Check(
        "no_own_password", "прокси не спрашивает своего пароля", _no_own_password,
        "Уберите с этого адреса пароль прокси (auth_basic off): 1С умеет назвать только один логин.",
    ),
    Check(
        "basic_kept", "логин и пароль доходят до Узла", _basic_kept,
        "В nginx — proxy_set_header Authorization $http_authorization; в Apache — CGIPassAuth On или "
        'SetEnvIf Authorization "(.*)" HTTP_AUTHORIZATION=$1.',
    ),
    Check(
        "clean_start", "перед ответом нет лишнего", _clean_start,
        "Уберите из прокси вставку в ответы (sub_filter, addition_module, страницы-обёртки).",
    ),
    Check(
        "nothing_appended", "после ответа нет лишнего", _nothing_appended,
        "Уберите из прокси вставку в ответы (sub_filter, add_after_body, счётчики): УТ считает строки ответа.",
    ),
    Check("not_packed", "ответы не сжаты", _not_packed, "1С не распаковывает ответов: в nginx — gzip off для этого адреса."),
    Check(
        "charset_last", "кодировка стоит в Content-Type последней", _charset_last,
        "1С читает её до конца заголовка: уберите из прокси изменение Content-Type (charset, add_header).",
    ),
    Check(
        "length_told", "длина ответа указана", _length_told,
        "Отключите в прокси изменение ответов: без Content-Length 1С не заметит обрыва.",
    ),
    Check("not_cached", "ответы не запоминаются", _not_cached, "Отключите кеш для этого адреса: в nginx — proxy_cache off."),
    Check("old_http", "HTTP/1.0 обслуживается", _old_http, "Разрешите на прокси HTTP/1.0: его просят старые платформы 1С."),
    Check(
        "page_below", "обмен отвечает и под адресом базы", _below,
        "Направьте на Узел весь путь /1c/…, а не одну страницу: location /1c/ вместо location = /1c/….",
    ),
    Check(
        "root_page", "статусы запрашиваются в корне узла", _root,
        "УНФ берёт статусы только там: направьте на Узел и location = /bitrix/admin/1c_exchange.php.",
    ),
    Check("page_quick", "страница отвечает быстро", _quick, "Проверьте загрузку сервера и DNS: 1С ждёт каждый шаг."),
    Check("front_clock", "часы сервера", _front_clock, "Включите на обоих серверах службу времени (NTP)."),
)  # fmt: skip
