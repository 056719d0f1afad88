"""Checks of a base's real calls: does it come, is it known, does it end what it begins (onec-exchange 1.2, 1.3, 7)."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from uzel.exchange.clients import BY_NAME
from uzel.flows.doctor.finding import Check, Said, unknown, warning, well, wrong
from uzel.flows.doctor.node_record import ObservedNode, SeenCall

NO_CALLS = "обращений за это время не было"
LONG_AGO = dt.timedelta(days=3)  # of a base whose rhythm is not known, or says that this is usual
IMPORT_TAKES = dt.timedelta(minutes=30)  # 1C loads what it was given before it confirms
SESSIONS = 5  # the last ones tell how it is now
REPEATED = 3  # refusals in a row are a rule and no chance
SLOW_MS = 60_000  # proxies often hang up then (onec-exchange 7)
PLATFORM = "1C+Enterprise"
STEPS = ("init", "query", "success", "file", "import")
PROXY_KEEPS_BASIC = (
    "Прокси перед Узлом отрезает заголовок Authorization: в nginx — proxy_set_header Authorization $http_authorization; "
    'в Apache — SetEnvIf Authorization "(.*)" HTTP_AUTHORIZATION=$1 или CGIPassAuth On.'
)


def _when(at: dt.datetime) -> str:
    return at.astimezone().strftime("%d.%m.%Y %H:%M")


def _active(seen: ObservedNode) -> Said:
    return well("включена") if seen.active else wrong("база отключена: на все обращения ей отвечают отказом")


def _ever_called(seen: ObservedNode) -> Said:
    return well("обращалась") if seen.ever_called_at else wrong("база ни разу не обращалась")


def _called_lately(seen: ObservedNode) -> Said:
    last = seen.ever_called_at
    if last is None:
        return unknown("обращений ещё не было")
    text = f"последнее обращение {_when(last)}"
    if seen.silent_since is not None:
        return wrong(f"{text}: база молчит, хотя обычно в это время обращается")
    return warning(text) if seen.now - last > LONG_AGO else well(text)


def _password(seen: ObservedNode) -> Said:
    refused = [one for one in seen.strangers if one.status == 200]
    if not refused:
        return well("отказов по паролю не было") if seen.calls else unknown(NO_CALLS)
    text = f"отказов по логину и паролю: {len(refused)}, последний {_when(refused[0].at)}"
    known = next((one.at for one in seen.calls if not one.problem), None)
    return warning(f"{text}; после него база входила") if known and known > refused[0].at else wrong(text)


def _basic(seen: ObservedNode) -> Said:
    bare = [one for one in seen.strangers if one.status == 401]
    if not bare:
        return well("логин и пароль доходят") if seen.calls else unknown(NO_CALLS)
    text = f"обращений без логина и пароля: {len(bare)}, последнее {_when(bare[0].at)}"
    browser = all(not one.agent.startswith(PLATFORM) for one in bare)
    if browser:
        return well(f"{text}; это была не 1С")
    known = next((one.at for one in seen.calls), None)
    return warning(text) if known and known > bare[0].at else wrong(text)


def _after_checkauth(seen: ObservedNode) -> list[SeenCall]:
    return [one for one in seen.of_mode(*STEPS) if one.kind not in ("promocodes", "listen")]


def _cookie(seen: ObservedNode) -> Said:
    calls = _after_checkauth(seen)
    if not calls:
        return unknown("шагов после checkauth не было")
    without = sum(not one.cookie for one in calls)
    if not without:
        return well(f"приходит с каждым шагом ({len(calls)})")
    return warning(f"без cookie пришло шагов: {without} из {len(calls)}")


def _sessid(seen: ObservedNode) -> Said:
    calls = _after_checkauth(seen)
    if not calls:
        return unknown("шагов после checkauth не было")
    without = sum(not one.sessid for one in calls)
    if not without:
        return well(f"приходит с каждым шагом ({len(calls)})")
    text = f"без sessid пришло шагов: {without} из {len(calls)}"
    if seen.profile == "ut":
        return well(f"{text}; этому клиенту он не обязателен")
    return warning(text)


def _session_lost(seen: ObservedNode) -> Said:
    calls = _after_checkauth(seen)
    if not calls:
        return unknown("шагов после checkauth не было")
    lost = [one for one in calls if one.problem == "no_session"]
    if not lost:
        return well("сеансы не терялись")
    text = f"шагов с потерянным сеансом: {len(lost)}, последний {_when(lost[0].at)}"
    return wrong(text) if calls[0].problem == "no_session" else warning(text)


def _refusals(seen: ObservedNode) -> Said:
    """The last calls of one mode all refused for one reason."""
    if not seen.calls:
        return unknown(NO_CALLS)
    for mode in dict.fromkeys(one.mode for one in seen.calls):
        last = seen.of_mode(mode)[:REPEATED]
        reasons = {one.problem for one in last}
        if len(last) == REPEATED and len(reasons) == 1 and reasons != {""}:
            return wrong(f"шаг {mode} отклонён {REPEATED} раза подряд: {last[0].reply or last[0].problem}")
    refused = sum(bool(one.problem) for one in seen.calls)
    return well("отказов нет" if not refused else f"отказов: {refused} из {len(seen.calls)}, подряд не повторяются")


def _ended(seen: ObservedNode) -> list[list[SeenCall]]:
    """The last sessions of documents that are over by now."""
    found = [calls for calls in seen.sessions().values() if calls[-1].kind in ("sale", "crm")]
    return [calls for calls in found if seen.now - calls[-1].at > IMPORT_TAKES][:SESSIONS]


def _goes_on(seen: ObservedNode) -> Said:
    sessions = _ended(seen)
    if not sessions:
        return unknown("законченных сеансов нет")
    idle = sum(all(one.mode == "checkauth" for one in calls) for calls in sessions)
    if idle == len(sessions):
        return wrong(f"последние сеансы ({idle}) кончились сразу после checkauth")
    return warning(f"кончились сразу после checkauth: {idle} из {len(sessions)}") if idle else well("сеансы продолжаются")


def _confirms(seen: ObservedNode) -> Said:
    asked = [calls for calls in _ended(seen) if any(one.mode == "query" for one in calls)]
    if not asked:
        return unknown("база не запрашивала заказы")
    without = sum(all(one.mode != "success" for one in calls) for calls in asked)
    if not without:
        return well(f"подтверждено сеансов: {len(asked)}")
    text = f"заказы запрошены и не подтверждены в сеансах: {without} из {len(asked)}"
    return wrong(text) if without == len(asked) else warning(text)


def _asks(seen: ObservedNode) -> Said:
    asks = any(one.kind in ("sale", "crm") for one in seen.of_mode("query"))
    if not seen.calls:
        return unknown(NO_CALLS)
    if seen.receives_changes and not asks:
        return wrong("узлу положены изменения, но база их не запрашивает")
    if asks and not seen.receives_changes:
        return warning(
            "база запрашивает заказы, а получать изменения ей не положено: в ответ она получает пустой список",
            f"Если менеджеры должны менять заказы, включите: uzel node set {seen.code} --receives-changes.",
        )
    return well("запрашивает" if asks else "не запрашивает и не должна")


def _client(seen: ObservedNode) -> Said:
    known = BY_NAME.get(seen.heard)
    if known is None:
        return unknown("программа ещё не узнана: база не присылала файлов")
    if known.profile == seen.profile:
        return well(known.title)
    return wrong(
        f"база говорит как «{known.title}», а узел настроен на другую программу",
        f"Исправьте вид базы: uzel node set {seen.code} --profile {known.profile}.",
    )


def _pinned(seen: ObservedNode) -> Said:
    if not seen.dialect:
        return well("не закреплён, узнаётся сам")
    if not seen.heard or seen.heard == seen.dialect:
        return well(f"закреплён: {seen.dialect}")
    return warning(f"закреплён {seen.dialect}, а база говорит как {seen.heard}")


def _platform(seen: ObservedNode) -> Said:
    agents = Counter(one.agent for one in seen.calls if one.agent)
    others = [agent for agent in agents if not agent.startswith(PLATFORM)]
    if not agents:
        return unknown("имя программы (User-Agent) не приходило")
    if not others:
        return well(", ".join(sorted(agents)[:3]))
    return warning(f"под логином базы обращались не из 1С: {', '.join(others[:3])}")


def _one_base(seen: ObservedNode) -> Said:
    """Addresses that take turns are two bases; an address that changed once is a move."""
    addresses = [one.address for one in reversed(seen.calls) if one.mode == "checkauth" and one.address]
    if not addresses:
        return unknown(NO_CALLS)
    moves = sum(left != right for left, right in pairwise(addresses))
    names = list(dict.fromkeys(addresses))
    if len(names) > 1 and moves > len(names):
        return warning(f"обращаются попеременно с разных адресов: {', '.join(names[:4])}")
    return well(f"адрес: {names[-1]}")


def _known_types(seen: ObservedNode) -> Said:
    if not seen.calls:
        return unknown(NO_CALLS)
    odd = [one for one in seen.calls if one.problem in ("unknown_type", "unknown_command") and one.kind != "catalog"]
    if not odd:
        return well("все шаги понятны")
    return warning(f"непонятных обращений: {len(odd)}, например type={odd[0].kind} mode={odd[0].mode}")


def _catalog_refused(seen: ObservedNode) -> Said:
    return _goods_refused(seen, "catalog", "товары не выгружаются", "обмен товарами отклонён")


def _fetching_refused(seen: ObservedNode) -> Said:
    return _goods_refused(seen, "get_catalog", "каталог не загружается", "загрузка каталога отклонена")


def _goods_refused(seen: ObservedNode, kind: str, never: str, no: str) -> Said:
    asked = [one for one in seen.calls if one.kind == kind]
    if not asked:
        return well(never) if seen.calls else unknown(NO_CALLS)
    refused = [one for one in asked if one.problem]
    if not refused:
        return well(f"принято обращений: {len(asked)}")
    return warning(f"{no}: {refused[0].reply or refused[0].problem}")


def _quick(seen: ObservedNode) -> Said:
    if not seen.calls:
        return unknown(NO_CALLS)
    slowest = max(seen.calls, key=lambda one: one.duration_ms)
    text = f"самый долгий ответ: {slowest.duration_ms / 1000:.1f} с ({slowest.mode})"
    return warning(text) if slowest.duration_ms > SLOW_MS and slowest.kind != "listen" else well(text)


def _no_faults(seen: ObservedNode) -> Said:
    if not seen.calls:
        return unknown(NO_CALLS)
    faults = [one for one in seen.calls if one.problem == "our_fault"]
    return wrong(f"внутренних ошибок: {len(faults)}, последняя {_when(faults[0].at)}") if faults else well("не было")


CALL_CHECKS: Sequence[Check[ObservedNode]] = (
    Check("node_active", "база включена", _active, "Включите её: uzel node set КОД --active."),
    Check(
        "ever_called", "база хоть раз обращалась", _ever_called,
        "В 1С откройте настройки обмена с сайтом, впишите адрес, логин и пароль узла и нажмите «Проверить соединение».",
    ),
    Check(
        "called_lately", "база обращается регулярно", _called_lately,
        "Проверьте в 1С расписание обмена (регламентное задание «Обмен с сайтом») и включён ли сервер базы.",
    ),
    Check(
        "password_right", "логин и пароль верны", _password,
        "Впишите в 1С логин и пароль узла; забытый пароль заменяется так: uzel node set КОД --password -.",
    ),
    Check("basic_arrives", "логин и пароль доходят до Узла", _basic, PROXY_KEEPS_BASIC),
    Check(
        "cookie_arrives", "cookie сеанса возвращается", _cookie,
        "Прокси отрезает заголовок Cookie: в nginx — proxy_set_header Cookie $http_cookie. Обмен идёт и по паролю, но "
        "запрещает базе два сеанса сразу.",
    ),
    Check(
        "sessid_arrives", "sessid возвращается", _sessid,
        "В настройках обмена с сайтом 1С выберите протокол «Битрикс» (в УТ — «Использовать идентификатор сессии»).",
    ),
    Check(
        "session_kept", "сеанс не теряется", _session_lost,
        "Похоже, под одним логином обмениваются две базы или прокси раздаёт чужие cookie: дайте каждой базе свой узел.",
    ),
    Check(
        "refusals_stop", "отказы не повторяются", _refusals,
        "Прочитайте отказ (uzel calls list --node КОД) и исправьте его причину: сам он не пройдёт.",
    ),
    Check(
        "session_goes_on", "после checkauth база идёт дальше", _goes_on,
        "Включите в узле 1С «Обмен заказами»; если он включён, ответ checkauth портит прокси: запустите проверку с паролем.",
    ),
    Check(
        "query_confirmed", "полученное подтверждается", _confirms,
        "1С не смогла загрузить заказы: откройте её журнал регистрации за это время и исправьте ошибку загрузки.",
    ),
    Check(
        "asks_for_changes", "база запрашивает изменения, если они ей положены", _asks,
        "Включите в настройках обмена 1С загрузку заказов с сайта.",
    ),
    Check(
        "client_as_set", "программа базы та, что указана в узле", _client, "Исправьте вид базы: uzel node set КОД --profile …."
    ),
    Check(
        "pinned_as_heard", "закреплённый диалект верен", _pinned,
        "Снимите закрепление, если 1С обновили: uzel node set КОД --dialect auto.",
    ),
    Check(
        "only_1c_calls", "под логином базы ходит только 1С", _platform,
        "Если это был не администратор, замените пароль узла: uzel node set КОД --password -.",
    ),
    Check(
        "one_base_a_login", "под одним логином одна база", _one_base,
        "Заведите второй базе (или копии базы) свой узел и логин, а в копии выключите обмен: заказы двух баз смешаются.",
    ),
    Check(
        "types_known", "база просит только то, что Узел умеет", _known_types,
        "Сравните настройки обмена 1С с инструкцией «Подключить базу»; лишний вид обмена отключите.",
    ),
    Check(
        "catalog_as_set", "обмен товарами не отклоняется", _catalog_refused,
        "Выключите в 1С обмен товарами или назначьте базу источником каталога: uzel node set КОД --catalog-source.",
    ),
    Check(
        "catalog_given", "загрузка каталога в базу не отклоняется", _fetching_refused,
        "Выключите в 1С загрузку товаров с сайта или разрешите её: uzel node set КОД --receives-catalog.",
    ),
    Check(
        "replies_quick", "Узел отвечает быстро", _quick,
        "Уменьшите «Размер порции» в настройках обмена 1С и запустите ещё один uzel worker.",
    ),
    Check(
        "no_faults", "внутренних ошибок Узла не было", _no_faults,
        "Передайте разработчикам журнал uzel serve за это время; присланное сохранено.",
    ),
)  # fmt: skip
