"""Checks of the portal: rights, scopes, the plan's features, what the set-up makes, stages, staff, queue and limits."""

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal

from uzel.bitrix24.entities import catalog
from uzel.bitrix24.scopes import Use, lacking
from uzel.bitrix24.setup_plan import Action, Kind
from uzel.flows.doctor.finding import Check, Grade, Said, unknown, warning, well, wrong
from uzel.flows.doctor.portal_record import ObservedPortal, PortalNode
from uzel.flows.portal.portal_words import EVENTS, NONE, WAYS
from uzel.flows.setup.hand_work import HAND_WORK

SILENT_PORTAL = "портал не спрошен"
SWEPT_LATE, EVENTS_LATE = dt.timedelta(minutes=15), dt.timedelta(days=7)
QUEUE_OLD, QUEUE_STANDS = dt.timedelta(minutes=30), dt.timedelta(hours=6)
CLOCK_OFF = dt.timedelta(minutes=2)
PIECES = "796"  # the measure of goods that name none
USUAL_RATES = (Decimal(10), Decimal(20))
SET_UP = "Запустите: uzel portal setup."
OWN_DEALS, ROBOTS = HAND_WORK[1][1], HAND_WORK[3][1]

Look = Callable[[ObservedPortal], Said]


def _asked(look: Look, *needs: str) -> Look:
    """A look that needs the portal's answers; ``needs``: fields of the record."""

    def asked(seen: ObservedPortal) -> Said:
        if seen.trouble:
            return unknown(SILENT_PORTAL)
        return unknown("портал не дал этого прочитать") if seen.unread & set(needs) else look(seen)

    return asked


def _connected(seen: ObservedPortal) -> Said:
    return wrong(WAYS[NONE]) if seen.way == NONE else well(WAYS[seen.way])


def _answers(seen: ObservedPortal) -> Said:
    return wrong(seen.trouble) if seen.trouble else well("отвечает")


def _goes_on(seen: ObservedPortal) -> Said:
    return wrong(seen.problem) if seen.problem else well("идёт")


def _promo_codes(seen: ObservedPortal) -> Said:
    return warning(seen.promo_problem) if seen.promo_problem else well("читаются")


def _keys(seen: ObservedPortal) -> Said:
    if seen.way != "application":
        return well("приложения нет, ключи не нужны")
    return warning(seen.keys) if seen.keys else well("обновляются сами")


def _told(name: str) -> Look:
    """What the set-up says of a right."""

    def look(seen: ObservedPortal) -> Said:
        told = seen.rights.get(name)
        return Said(told.grade, told.seen, told.advice) if told else unknown(SILENT_PORTAL)

    return _asked(look)


def _optional_scopes(seen: ObservedPortal) -> Said:
    missing = lacking(seen.scopes, set(Use) - {Use.ALWAYS})
    return warning(f"нет прав: {', '.join(map(str, missing))}") if missing else well("все даны")


def _employee_works(seen: ObservedPortal) -> Said:
    user = next((one for one in seen.users if one.user_id == seen.exchange_user_id), None)
    if user is None:
        return unknown("сотрудник обмена не найден среди сотрудников портала")
    return well(user.full_name) if user.active else wrong(f"{user.full_name} уволен: вместе с ним пропадёт доступ")


def _set_up(seen: ObservedPortal) -> Said:
    return well("настроен") if seen.is_set_up else wrong("настройка портала ещё не запускалась")


def _steps(*kinds: Kind, needed: bool) -> Look:
    """What the set-up would still do or cannot. Where a thing is ``needed`` its lack is wrong."""

    def look(seen: ObservedPortal) -> Said:
        lacking = seen.lacking(*kinds)
        if not lacking:
            return well("всё есть")
        named = "; ".join(f"{one.title}{f': {one.why}' if one.why else ''}" for one in lacking[:3])
        text = f"{named}{f' и ещё {len(lacking) - 3}' if len(lacking) > 3 else ''}"
        by_hand = any(one.action == Action.CANNOT for one in lacking)
        bad = wrong if needed and not all(one.optional for one in lacking) else warning
        return bad(text, "Исправьте названное в портале и повторите: uzel portal setup." if by_hand else "")

    return _asked(look, "steps")


def _named(nodes: Sequence[PortalNode]) -> str:
    return ", ".join(f"«{one.title}»" for one in nodes[:5])


def _has_nodes(seen: ObservedPortal) -> Said:
    active = [one for one in seen.nodes if one.active]
    return well(f"баз: {len(active)}") if active else warning("нет ни одной включённой базы")


def _pipelines(seen: ObservedPortal) -> Said:
    lost = [one for one in seen.nodes if one.category_id not in seen.pipelines]
    return wrong(f"нет воронки, заданной базам: {_named(lost)}") if lost else well("есть у всех баз")


def _stages(seen: ObservedPortal) -> Said:
    lacking = [one for one in seen.nodes if one.missing]
    if not lacking:
        return well("все есть")
    return wrong("; ".join(f"«{one.title}»: {', '.join(one.missing[:5])}" for one in lacking[:3]))


def _currencies(seen: ObservedPortal) -> Said:
    foreign = {one.title: sorted(one.currencies - seen.currencies) for one in seen.nodes}
    lacking = {title: codes for title, codes in foreign.items() if codes}
    if not lacking:
        return well("все есть")
    return wrong("; ".join(f"«{title}»: {', '.join(codes[:5])}" for title, codes in list(lacking.items())[:3]))


def _responsible(seen: ObservedPortal) -> Said:
    working = {one.user_id for one in seen.users if one.active}
    lost = [one for one in seen.nodes if one.default_responsible_id and one.default_responsible_id not in working]
    return wrong(f"уволен или не найден у баз: {_named(lost)}") if lost else well("работают")


def _responsible_named(seen: ObservedPortal) -> Said:
    without = [one for one in seen.nodes if one.active and not one.default_responsible_id]
    if without:
        return warning(f"не назван у баз: {_named(without)}; их неизвестные сотрудники достаются сотруднику обмена")
    return well("назван у всех баз") if seen.nodes else unknown("баз нет")


def _staff(name: str) -> Look:
    def look(seen: ObservedPortal) -> Said:
        told = seen.staff.get(name)
        return Said(told.grade, told.seen, told.advice) if told else unknown("сотрудники портала ещё не читались")

    return look


def _events(seen: ObservedPortal) -> Said:
    if seen.events == NONE:
        return warning(EVENTS[NONE])
    return well(EVENTS[seen.events])


def _events_come(seen: ObservedPortal) -> Said:
    if seen.events == NONE:
        return unknown("события не подключены")
    if seen.last_event_at is None:
        return warning("ни одного события ещё не было")
    text = f"последнее событие {seen.last_event_at.astimezone():%d.%m.%Y %H:%M}"
    return warning(text) if seen.now - seen.last_event_at > EVENTS_LATE else well(text)


def _bound(seen: ObservedPortal) -> Said:
    if seen.unbound is None:
        return well("у вебхука их ведёт сам портал")
    return wrong(f"не подписаны: {', '.join(seen.unbound)}") if seen.unbound else well("все подписаны")


def _offline(seen: ObservedPortal) -> Said:
    if seen.way != "application":
        return well("у вебхука очереди событий не бывает")
    if seen.events == NONE:
        return unknown("события не подключены")
    return warning("тариф портала не хранит очередь событий") if seen.events == "online" else well(EVENTS[seen.events])


def _swept(seen: ObservedPortal) -> Said:
    if seen.swept_at is None:
        return wrong("изменения в портале ещё не искали")
    text = f"последний опрос {seen.swept_at.astimezone():%d.%m.%Y %H:%M}"
    return wrong(text) if seen.now - seen.swept_at > SWEPT_LATE else well(text)


def _clock(seen: ObservedPortal) -> Said:
    if seen.ahead is None:
        return unknown("портал не назвал времени")
    off = f"часы портала и Узла расходятся на {abs(seen.ahead).total_seconds():.0f} с"
    return warning(off) if abs(seen.ahead) > CLOCK_OFF else well("верны")


def _sources(seen: ObservedPortal) -> bool:
    return any(one.catalog_source for one in seen.nodes)


def _for_sources(look: Look) -> Look:
    """A look that means something only where a base is a source of the catalogue."""
    return _asked(lambda seen: look(seen) if _sources(seen) else well("источников каталога нет"), "scopes")


def _catalog_right(seen: ObservedPortal) -> Said:
    return well("право есть") if catalog.SCOPE in seen.scopes else wrong("база — источник каталога, а права catalog нет")


def _shelf(look: Callable[[catalog.Shelf], Said]) -> Look:
    return _for_sources(lambda seen: look(seen.shelf) if seen.shelf else unknown("каталог портала не прочитан"))


def _measures(shelf: catalog.Shelf) -> Said:
    return well(f"единиц: {len(shelf.measures)}") if PIECES in shelf.measures else warning("нет единицы «штука» (код 796)")


def _rates(shelf: catalog.Shelf) -> Said:
    missing = [f"{rate} %" for rate in USUAL_RATES if rate not in shelf.vats]
    return warning(f"нет ставок НДС: {', '.join(missing)}") if missing else well(f"ставок: {len(shelf.vats)}")


def _prices(shelf: catalog.Shelf) -> Said:
    base = any(one.is_base for one in shelf.groups)
    return well(f"видов цен: {len(shelf.groups)}") if base else wrong("нет базового вида цен")


def _variations(shelf: catalog.Shelf) -> Said:
    return well("есть") if shelf.variations else warning("у каталога нет торговых предложений: характеристики негде хранить")


def _stocks(shelf: catalog.Shelf) -> Said:
    if shelf.inventory is None:
        return unknown("портал не говорит, включён ли складской учёт")
    return warning("включён складской учёт портала: остатки из 1С не записываются") if shelf.inventory else well("выключен")


def _queue(seen: ObservedPortal) -> Said:
    if seen.waiting.since is None:
        return well("очередь пуста")
    text = f"ждут записи: {seen.waiting.rows}, с {seen.waiting.since.astimezone():%d.%m.%Y %H:%M}"
    age = seen.now - seen.waiting.since
    return wrong(text) if age > QUEUE_STANDS else warning(text) if age > QUEUE_OLD else well(text)


def _given_up(seen: ObservedPortal) -> Said:
    found = seen.waiting
    return wrong(f"заказов: {found.given_up}; {'; '.join(found.reasons[:2])}") if found.given_up else well("нет")


def _catalog_given_up(seen: ObservedPortal) -> Said:
    found = seen.waiting
    if not found.catalog_given_up:
        return well("нет")
    return wrong(f"товаров и разделов: {found.catalog_given_up}; {'; '.join(found.catalog_reasons[:2])}")


def _refusals(seen: ObservedPortal) -> Said:
    if not (seen.budget.refused or seen.budget.less_by_refusal):
        return well("отказов из-за частоты запросов не было")
    return warning(f"портал отказывал из-за частоты запросов: {seen.budget.refused}; её занимают другие приложения")


def _blocked(seen: ObservedPortal) -> Said:
    blocked = [f"{method} до {until.astimezone():%H:%M}" for method, until in seen.budget.blocked if until > seen.now]
    return warning(f"время методов исчерпано: {', '.join(blocked[:4])}") if blocked else well("запас есть")


def _bulk(seen: ObservedPortal) -> Said:
    loading = [one for one in seen.nodes if one.bulk_load]
    return warning(f"роботы не сработают у новых сделок баз: {_named(loading)}") if loading else well("не идёт")


def _by_hand(text: str) -> Look:
    """What no call can see: said, and left to a person."""
    return lambda seen: Said(Grade.UNKNOWN, f"проверьте сами. {text}")


PORTAL_CHECKS: Sequence[Check[ObservedPortal]] = (
    Check("connected", "портал подключён", _connected, "Подключите его: uzel portal connect АДРЕС-ВЕБХУКА."),
    Check(
        "portal_answers", "портал отвечает", _answers,
        "Проверьте, что вебхук или приложение не удалены в портале («Разработчикам» → «Интеграции») и сотрудник не уволен.",
    ),
    Check("exchange_goes_on", "обмен с порталом", _goes_on, "Исправьте названную причину: обмен продолжится сам."),
    Check("application_keys", "ключи приложения", _keys, "Запустите uzel worker или подключитесь снова: uzel portal connect."),
    Check("scopes", "нужные права даны", _told("scopes"), "Отметьте недостающие права в вебхуке или приложении."),
    Check(
        "scopes_optional", "необязательные права даны", _asked(_optional_scopes, "scopes"),
        "Отметьте их в вебхуке или приложении: без них обмен беднее.",
    ),
    Check("employee_admin", "сотрудник обмена видит и может всё", _told("employee"), "Сделайте его администратором портала."),
    Check(
        "employee_works", "сотрудник обмена не уволен", _asked(_employee_works, "users"),
        "Сделайте вебхук от имени отдельного сотрудника «Обмен с 1С»: uzel portal connect.",
    ),
    Check("deals_readable", "сделки читаются", _told("deals"), "Дайте сотруднику обмена чтение всех сделок."),
    Check("set_up", "портал настроен", _set_up, SET_UP),
    Check("deal_fields", "поля сделки на месте", _steps(Kind.DEAL_FIELD, needed=True), SET_UP),
    Check("smart_processes", "смарт-процессы (тариф)", _steps(Kind.PROCESS, needed=True), SET_UP),
    Check("process_fields", "поля смарт-процессов", _steps(Kind.PROCESS_FIELD, needed=True), SET_UP),
    Check("employee_field", "поле табельного номера", _steps(Kind.EMPLOYEE_FIELD, needed=False), SET_UP),
    Check("node_items", "у каждой базы есть узел в портале", _steps(Kind.NODE, needed=True), SET_UP),
    Check("has_nodes", "есть включённые базы", _has_nodes, "Добавьте базу: uzel node add."),
    Check(
        "pipelines", "воронки баз на месте", _asked(_pipelines, "pipelines"),
        "Создайте воронку: uzel portal setup --pipeline КОД.",
    ),
    Check(
        "stages", "стадии баз на месте", _asked(_stages, "missing"),
        "Создайте их: uzel portal setup, или исправьте таблицу статусов: uzel node set КОД --stage.",
    ),
    Check(
        "currencies", "валюты заказов есть в портале", _asked(_currencies, "currencies"),
        "Добавьте валюту с этим кодом в настройках CRM портала (раздел «Валюты»), затем: uzel orders retry.",
    ),
    Check(
        "responsible_named", "ответственный по умолчанию назван", _responsible_named,
        "Назовите его: uzel node set КОД --default-responsible ID.",
    ),
    Check(
        "responsible_works", "ответственный по умолчанию работает", _asked(_responsible, "users"),
        "Назовите другого: uzel node set КОД --default-responsible ID.",
    ),
    Check(
        "staff_numbered", "у ведущих сделки есть табельный номер", _staff("without_number"),
        "Впишите номер в карточку сотрудника портала или: uzel employee add НОМЕР --portal-user ID.",
    ),
    Check(
        "numbers_single", "табельный номер у одного сотрудника", _staff("shared"),
        "Исправьте поле «Табельный номер» в карточках сотрудников портала.",
    ),
    Check(
        "numbers_agree", "номера в портале и сказанные совпадают", _staff("doubtful"),
        "Исправьте то, что неверно: поле в портале или uzel employee add.",
    ),
    Check(
        "dismissed_free", "за уволенными нет открытых заказов", _staff("dismissed"),
        "Передайте заказы в 1С другому сотруднику (список: uzel employee list --dismissed).",
    ),
    Check("events", "портал сообщает об изменениях", _events, "Подключите события: см. «Подключить портал»."),
    Check(
        "events_come", "события приходят", _events_come,
        "Проверьте, что портал достигает uzel serve по https, и адрес исходящего вебхука.",
    ),
    Check("events_bound", "подписки на события живы", _asked(_bound, "unbound"), "Запустите uzel worker: он подпишется."),
    Check(
        "offline_events", "очередь событий (тариф)", _offline,
        "Событие, пришедшее при остановленном Узле, теряется, изменение найдёт опрос; очередь есть на старших тарифах.",
    ),
    Check("swept", "изменения портала ищутся", _swept, "Запустите обработчик: uzel worker."),
    Check("portal_clock", "часы портала и Узла", _asked(_clock), "Включите на сервере Узла службу времени (NTP)."),
    Check("promo_codes", "промокоды портала читаются", _promo_codes, "Исправьте названное: см. «Промокоды»."),
    Check("catalog_right", "право на каталог", _for_sources(_catalog_right), "Отметьте право «Торговый каталог» (catalog)."),
    Check("catalog_variations", "торговые предложения", _shelf(_variations), "Включите их в настройках каталога портала."),
    Check("price_types", "базовый вид цен", _shelf(_prices), "Отметьте в портале базовый вид цен."),
    Check("vat_rates", "ставки НДС", _shelf(_rates), "Добавьте их: CRM → Настройки → Товары → Ставки НДС."),
    Check("measures", "единицы измерения", _shelf(_measures), "Добавьте её: CRM → Настройки → Товары → Единицы измерения."),
    Check("inventory", "складской учёт портала", _shelf(_stocks), "Выключите его, если остатки должны приходить из 1С."),
    Check(
        "queue_moves", "очередь в портал движется", _queue,
        "Запустите uzel worker; занят портал — uzel portal budget скажет, чем и когда кончится.",
    ),
    Check(
        "orders_accepted", "портал принял все заказы", _given_up, "Исправьте причину и повторите: uzel orders retry.",
    ),
    Check(
        "catalog_accepted", "портал принял весь каталог", _catalog_given_up,
        "Исправьте причину и повторите: uzel catalog retry.",
    ),
    Check(
        "requests_enough", "запросов к порталу хватает", _refusals,
        "Оставьте другим приложениям больше: uzel portal limits --reserve-requests 15.",
    ),
    Check(
        "time_enough", "времени методов портала хватает", _blocked,
        "Обмен продолжится сам; часто — перенесите другие интеграции на ночь (uzel portal budget).",
    ),
    Check("bulk_load", "массовая загрузка закончена", _bulk, "Выключите её: uzel node set КОД --no-bulk-load."),
    Check("own_deals_only", "роль «только свои сделки»", _by_hand(OWN_DEALS), "Проверьте: uzel employee check."),
    Check("robots", "роботы и бизнес-процессы", _by_hand(ROBOTS), "Проверьте роботов в стадиях воронок баз."),
)  # fmt: skip
