"""The ways into a portal, and how it tells of changes, in words of people."""

WEBHOOK, APPLICATION, NONE = "webhook", "application", "none"
OUTGOING = "outgoing"  # events of an outgoing webhook, which only the portal's form knows of

WAYS = {WEBHOOK: "входящий вебхук", APPLICATION: "локальное приложение", NONE: "портал ещё не подключён"}
EVENTS = {
    "offline": "очередь портала (офлайн-события)", "online": "сразу (онлайн-события)", OUTGOING: "исходящий вебхук",
    NONE: "событий нет: изменения находит опрос раз в минуту",
}  # fmt: skip
