"""The clients that call: by what each is recognised, and what is answered differently to it (onec-exchange 1.1, 2).

Розница, КА and ERP carry the module of УТ 11 and cannot be told from it. The platform calls itself
``1C+Enterprise/8.3`` in all of them, so User-Agent tells nothing.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

SUBORDINATE_SINCE = Decimal("2.10")  # cmlVersion, which Bitrix compares as a number (onec-exchange 1.4)


@dataclass(frozen=True, slots=True)
class Client:
    """One client. ``shape`` is the dialect of its orders in ``commerceml.dialects``.

    ``schemas`` and ``namespaces`` (their ends) stand in its files. ``by_init``: only an ``init`` that says so gets this
    shape, whatever was heard before. ``asks_again``: repeats query and success until nothing is left.
    """

    name: str
    title: str
    profile: str
    shape: str
    schemas: tuple[str, ...]
    namespaces: tuple[str, ...]
    by_init: str = ""
    asks_again: bool = False


CLIENTS: tuple[Client, ...] = (
    Client("unf_16", "1С:УНФ 1.6", "unf", "unf", ("2.05",), ("commerceml_205",)),
    Client("unf_30", "1С:УНФ 3.0", "unf", "unf", ("2.08",), ("commerceml_210",)),
    Client(
        "unf_30_subordinate", "1С:УНФ 3.0 с «Подчинёнными документами»", "unf", "unf_subordinate", ("2.10",),
        ("commerceml_210",), by_init="cmlVersion 2.10 or more",
    ),
    Client("ut_103", "УТ 10.3", "ut", "ut_103", ("2.03", "2.04"), ("",)),
    Client("ut_11", "УТ 11, Розница, КА, ERP", "ut", "ut", ("2.07",), ("commerceml_2",)),
    Client(
        "bitrix_205", "модуль обмена 1С-Битрикс до 2.08", "bitrix", "bitrix_205", ("2.05", "2.06"), ("",), asks_again=True
    ),
    Client(
        "bitrix_209", "модуль обмена 1С-Битрикс", "bitrix", "bitrix_209", ("2.08", "2.09"), ("commerceml_2",),
        by_init="version", asks_again=True,
    ),
    Client(
        "bitrix_31", "модуль обмена 1С-Битрикс 3.1", "bitrix", "bitrix_31", ("3.1",), ("commerceml_3",),
        by_init="version 3…", asks_again=True,
    ),
)  # fmt: skip

BY_NAME = {client.name: client for client in CLIENTS}

#: What answers a client of a profile before anything is known of it.
USUAL = {"unf": BY_NAME["unf_30"], "ut": BY_NAME["ut_11"], "bitrix": BY_NAME["bitrix_205"]}


def by_init(version: str, cml_version: str) -> Client | None:
    """The client that an ``init`` names; ``None`` when it could be any."""
    if _number(cml_version) >= SUBORDINATE_SINCE:
        return BY_NAME["unf_30_subordinate"]
    if version:
        return BY_NAME["bitrix_31" if version.startswith("3") else "bitrix_209"]
    return None


def by_file(schema: str, namespace: str, profile: str) -> Client | None:
    """The client that writes such files. Within its profile a version is enough, another profile takes the namespace too."""
    writers = [client for client in CLIENTS if schema in client.schemas]
    of_profile = [client for client in writers if client.profile == profile]
    end = namespace.rpartition(":")[2]
    named = [client for client in of_profile or writers if end in client.namespaces]
    return next(iter(named or of_profile), None)


def answered_as(profile: str, pinned: str, heard: str, version: str, cml_version: str) -> Client:
    """The client that this session is answered as.

    A pinned one stands. Else ``init`` decides, as far as it is of the node's profile; else what the node was recognised as,
    unless only an ``init`` could ask for that.
    """
    if pinned in BY_NAME:
        return BY_NAME[pinned]
    named = by_init(version, cml_version)
    if named and named.profile == profile:
        return named
    known = BY_NAME.get(heard)
    if known and known.profile == profile and not known.by_init:
        return known
    return USUAL[profile]


def _number(version: str) -> Decimal:
    try:
        return Decimal(version)
    except InvalidOperation:
        return Decimal(0)
