"""Checks of a base's files and of the orders in them (onec-exchange 1.5, 3, 4.1, 7)."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence

from uzel.commerceml.values import parse_moment
from uzel.flows.doctor.finding import Check, Said, unknown, warning, well, wrong
from uzel.flows.doctor.node_record import ObservedNode, SeenFile

NO_FILES, NO_ORDERS = "файлов за это время не было", "заказов за это время не было"
UNREAD_LONG = dt.timedelta(minutes=15)
CLOCK_OFF = dt.timedelta(minutes=10)
SESSION_TAKES = dt.timedelta(hours=1)  # ДатаФормирования is the start of the session (onec-exchange 3.2)
HALF_HOUR = dt.timedelta(minutes=30)
ORDER_LATE = dt.timedelta(days=1)
TAKEN_LATE = dt.timedelta(days=1)
ENOUGH_ORDERS = 20  # without a requisite: it is not written at all
MANY_REJECTED = 0.2
BROKEN_UPLOADS = ("upload_incomplete", "upload_broken_off", "upload_too_slow", "headless_piece")
EXTENSION = (
    "В УНФ отметьте реквизит в «Настройки выгрузки доп. реквизитов заказов» узла обмена; "
    "в других программах его пишет расширение."
)


def _problems(seen: ObservedNode, *codes: str) -> list[SeenFile]:
    return [one for one in seen.files if one.problem in codes]


def _come(seen: ObservedNode) -> Said:
    if seen.files:
        return well(f"файлов: {len(seen.files)}")
    return warning("база обращалась, но файлов с заказами не прислала") if seen.calls else unknown(NO_FILES)


def _finished(seen: ObservedNode) -> Said:
    if not seen.files:
        return unknown(NO_FILES)
    broken = _problems(seen, *BROKEN_UPLOADS)
    if not broken:
        return well("все файлы переданы до конца")
    text = f"передача оборвалась: {len(broken)} из {len(seen.files)}, последний файл {broken[0].name}"
    return wrong(text) if seen.files[0].problem in BROKEN_UPLOADS else warning(text)


def _small(seen: ObservedNode) -> Said:
    if not seen.files:
        return unknown(NO_FILES)
    large = _problems(seen, "file_too_large")
    return wrong(f"файлов больше предела: {len(large)}, например {large[0].name}") if large else well("предел не превышен")


def _readable(seen: ObservedNode) -> Said:
    if not seen.files:
        return unknown(NO_FILES)
    failed = [one for one in seen.files if one.problem and one.problem not in (*BROKEN_UPLOADS, "file_too_large")]
    if not failed:
        return well("все файлы прочитаны")
    return wrong(f"не прочитано до конца: {len(failed)} из {len(seen.files)}; {failed[0].name}: {failed[0].reason}")


def _read_soon(seen: ObservedNode) -> Said:
    waiting = [one for one in seen.files if one.state == "waiting"]
    late = [one for one in waiting if seen.now - one.at > UNREAD_LONG]
    if late:
        return wrong(f"ждут чтения: {len(waiting)}, дольше всех {late[-1].name}")
    return well("очереди на чтение нет" if not waiting else f"читаются: {len(waiting)}") if seen.files else unknown(NO_FILES)


def _once(seen: ObservedNode) -> Said:
    counts = Counter(one.sha256 for one in seen.files if one.sha256)
    if not counts:
        return unknown(NO_FILES)
    again = sum(count - 1 for count in counts.values())
    text = f"присланы повторно слово в слово: {again} из {sum(counts.values())}"
    return warning(text) if again >= max(2, sum(counts.values()) // 3) else well(text if again else "повторов нет")


def _zip(seen: ObservedNode) -> Said:
    if not seen.files:
        return unknown(NO_FILES)
    odd = [one for one in seen.files if one.zipped and one.old_protocol]
    if odd:
        return warning(f"в архивах, хотя Узел ответил zip=no: {len(odd)}, например {odd[0].name}")
    zipped = sum(one.zipped for one in seen.files)
    return well(f"в архивах: {zipped} из {len(seen.files)}")


def _encoding(seen: ObservedNode) -> Said:
    if seen.profile == "bitrix" and seen.encoding != "windows-1251":
        return wrong(f"ответы идут в {seen.encoding}, а модуль обмена 1С-Битрикс принимает только windows-1251")
    found = Counter(one.encoding for one in seen.files if one.encoding)
    said = ", ".join(f"{name} ({count})" for name, count in found.most_common())
    return well(f"ответы в {seen.encoding}, файлы базы: {said or 'ещё не приходили'}")


def _skews(seen: ObservedNode) -> list[dt.timedelta]:
    """How far the base's clock is ahead of ours, for each file that says when it was formed."""
    found = []
    for one in seen.files:
        try:
            formed = parse_moment(one.formed) if one.formed else None
        except ValueError:
            continue
        if formed is not None:
            found.append(formed - (one.at.astimezone(dt.UTC) + seen.zone_offset).replace(tzinfo=None))
    return found


def _clock(seen: ObservedNode) -> Said:
    skews = _skews(seen)
    if not skews:
        return unknown("в файлах нет времени формирования")
    ahead = max(skews)  # a file may come late, never before it was formed
    if -SESSION_TAKES < ahead < CLOCK_OFF:
        return well("часы базы идут верно")
    hours = round(ahead / HALF_HOUR) / 2
    text = f"часы базы {'спешат' if ahead > dt.timedelta() else 'отстают'} на {abs(ahead.total_seconds()) / 60:.0f} мин."
    if abs(ahead - dt.timedelta(hours=hours)) < CLOCK_OFF:
        return warning(f"{text}: похоже, у базы другой часовой пояс")
    return warning(text)


def _catalog(seen: ObservedNode) -> Said:
    if not seen.catalog_source:
        return well("база не источник каталога")
    files = sum(one.catalog for one in seen.files)
    return well(f"файлов каталога: {files}") if files else wrong("база назначена источником каталога, но товаров не присылала")


def _identified(seen: ObservedNode) -> Said:
    if not seen.orders.documents:
        return unknown("документов за это время не было")
    without = seen.orders.without_id
    return wrong(f"заказов без Ид: {without}") if without else well("у всех документов есть Ид")


def _numbered(seen: ObservedNode) -> Said:
    orders = seen.orders
    if not orders.orders:
        return unknown(NO_ORDERS)
    without = orders.orders - orders.with_number
    return warning(f"заказов без номера: {without} из {orders.orders}") if without else well("все с номерами")


def _unique(seen: ObservedNode) -> Said:
    if not seen.orders.orders:
        return unknown(NO_ORDERS)
    twice = seen.orders.twice
    return warning(f"один номер у разных заказов: {', '.join(twice[:5])}") if twice else well("номера не повторяются")


def _counterparties(seen: ObservedNode) -> Said:
    orders = seen.orders
    if not orders.orders:
        return unknown(NO_ORDERS)
    without = orders.orders - orders.with_counterparty
    return warning(f"заказов без покупателя: {without} из {orders.orders}") if without else well("покупатель указан везде")


def _accepted(seen: ObservedNode) -> Said:
    orders = seen.orders
    if not orders.documents:
        return unknown("документов за это время не было")
    rejected = sum(count for _, count in orders.rejected)
    if not rejected:
        return well(f"принято документов: {orders.documents}")
    text = f"отклонено {rejected} из {orders.documents}; чаще всего: {max(orders.rejected, key=lambda one: one[1])[0]}"
    return wrong(text) if rejected > MANY_REJECTED * orders.documents else warning(text)


def _never(seen: ObservedNode, count: int, name: str) -> Said:
    orders = seen.orders.orders
    if count:
        return well(f"есть в заказах: {count} из {orders}")
    if orders < ENOUGH_ORDERS:
        return unknown(f"заказов мало ({orders}), чтобы судить")
    return warning(f"{name} нет ни в одном из {orders} заказов")


def _persons(seen: ObservedNode) -> Said:
    return _never(seen, seen.orders.with_person, "«Ответственный»")


def _numbers_of_persons(seen: ObservedNode) -> Said:
    return _never(seen, seen.orders.with_number_of_person, "«Табельный номер ответственного»")


def _promo_codes(seen: ObservedNode) -> Said:
    return _never(seen, seen.orders.with_promo_code, "«Промокод»")


def _mapped(seen: ObservedNode) -> Said:
    names = seen.orders.unmapped
    if not names:
        return well("все известны")
    return warning(f"неизвестны сотрудники: {', '.join(names[:5])}" + (f" и ещё {len(names) - 5}" if len(names) > 5 else ""))


def _statuses(seen: ObservedNode) -> Said:
    if not seen.orders.orders:
        return unknown(NO_ORDERS)
    odd = seen.orders.statuses
    return warning(f"нет в таблице статусов узла: {', '.join(odd[:5])}") if odd else well("все статусы сопоставлены")


def _held(seen: ObservedNode) -> Said:
    return warning(f"отложено заказов: {seen.orders.held}") if seen.orders.held else well("отложенных заказов нет")


def _have_orders(seen: ObservedNode) -> Said:
    since = seen.orders.orderless_since
    if since is None:
        return well("у всех оплат и отгрузок есть заказ")
    text = f"ждут своего заказа: {seen.orders.orderless}, с {since.astimezone():%d.%m.%Y %H:%M}"
    return warning(text) if seen.now - since > ORDER_LATE else well(text)


def _given_up(seen: ObservedNode) -> Said:
    return wrong(f"не записано в портал заказов: {seen.orders.given_up}") if seen.orders.given_up else well("портал принял все")


def _taken(seen: ObservedNode) -> Said:
    if not seen.receives_changes:
        return well("изменения базе не положены")
    since = seen.orders.waits_since
    if since is None:
        return well("база получила всё")
    text = f"ждут базу: {seen.orders.waits}, с {since.astimezone():%d.%m.%Y %H:%M}"
    return wrong(text) if seen.now - since > TAKEN_LATE else well(text)


FILE_CHECKS: Sequence[Check[ObservedNode]] = (
    Check(
        "files_come", "база присылает заказы", _come,
        "Включите в узле 1С выгрузку заказов и проверьте «Дату начала выгрузки»; заказы, созданные в самой 1С, стандартный "
        "обмен не выгружает.",
    ),
    Check(
        "uploads_finished", "файлы доходят целиком", _finished,
        "Увеличьте предел тела и время в прокси (nginx: client_max_body_size 210m; proxy_read_timeout 180s) или уменьшите "
        "«Размер порции» в 1С.",
    ),
    Check("files_fit", "файлы не больше предела", _small, "Уменьшите «Размер порции» в настройках обмена 1С."),
    Check(
        "files_readable", "файлы читаются", _readable,
        "Посмотрите файл (uzel calls show НОМЕР --body ФАЙЛ): исправьте в 1С то, на что указывает причина.",
    ),
    Check("files_read_soon", "файлы читаются без задержки", _read_soon, "Запустите обработчик: uzel worker."),
    Check(
        "files_once", "файлы не приходят повторно", _once,
        "1С не слышит ответа «success»: увеличьте proxy_read_timeout в прокси до 180s и проверьте, не портит ли он ответ.",
    ),
    Check(
        "zip_as_agreed", "архивы только там, где о них договорились", _zip,
        "Ответ init доходит до 1С искажённым или запомнен прокси: отключите в нём кеширование адреса обмена.",
    ),
    Check("encoding_as_read", "кодировка ответов подходит базе", _encoding,
          "Поставьте: uzel node set КОД --encoding windows-1251."),
    Check(
        "base_clock", "часы базы", _clock,
        "Исправьте часы или часовой пояс сервера 1С (у Узла он задан настройкой UZEL_TIME_ZONE): время в заказах без пояса.",
    ),
    Check(
        "catalog_comes", "источник каталога присылает товары", _catalog,
        "Включите в 1С обмен товарами или снимите признак: uzel node set КОД --no-catalog-source.",
    ),
    Check(
        "orders_identified", "у заказов есть Ид", _identified,
        "Заказы без Ид нельзя узнать второй раз: исправьте обработку выгрузки, она должна писать GUID документа.",
    ),
    Check("orders_numbered", "у заказов есть номер", _numbered, "Исправьте выгрузку: элемент «Номер» не должен быть пустым."),
    Check(
        "numbers_unique", "номера заказов не повторяются", _unique,
        "Так бывает, когда под одним логином работают две базы: дайте каждой свой узел; после смены года это нормально.",
    ),
    Check(
        "buyers_named", "в заказах есть покупатель", _counterparties,
        "Заполните контрагента в заказах: без него сделка создаётся без клиента.",
    ),
    Check("documents_accepted", "документы принимаются", _accepted,
          "Причина каждого отказа названа в журнале обмена 1С и в uzel orders show."),
    Check("responsible_comes", "база называет ответственного", _persons, EXTENSION),
    Check("personnel_number_comes", "база называет табельный номер", _numbers_of_persons, EXTENSION),
    Check("promo_code_comes", "база передаёт промокод", _promo_codes, EXTENSION),
    Check("employees_known", "сотрудники базы известны", _mapped,
          "Сопоставьте их: uzel employee add НОМЕР --portal-user ID (список: uzel employee list --unmapped)."),
    Check("statuses_mapped", "статусы базы сопоставлены", _statuses,
          "Добавьте строки: uzel node set КОД --stage СТАТУС=НАЗВАНИЕ=СТАДИЯ."),
    Check("nothing_held", "нет отложенных заказов", _held,
          "Посмотрите причину: uzel orders show; снимите её в сделке или в 1С."),
    Check(
        "payments_have_orders", "у оплат и отгрузок есть заказ", _have_orders,
        "Выгрузите эти заказы из 1С: они не попадают в выгрузку (дата начала, отбор, нет номера на сайте). Документы ждут их "
        "и будут учтены сами; список: uzel orders held.",
    ),
    Check("nothing_given_up", "портал принимает заказы базы", _given_up,
          "Посмотрите отказ (uzel orders list), исправьте причину и повторите: uzel orders retry."),
    Check("changes_taken", "база забирает изменения", _taken,
          "Включите в 1С загрузку заказов по расписанию и запустите обмен."),
)  # fmt: skip
