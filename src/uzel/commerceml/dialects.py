"""The shapes in which a package goes out: one for each client (onec-exchange 1.1, 2, 3.1, 3.3).

None has a namespace: with a declared one 1C checks every value strictly and a single bad one kills the whole load
(onec-exchange 1.3). With the namespace added, each is valid under the official XSD named in ``xsd``; the one word
beyond it is «Эквайринговая операция», which UNF and Bitrix know and the XSD does not.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dialect:
    """``schema_version`` goes into ВерсияСхемы; ``xsd`` is the nearest official schema, "" where none exists.

    ``subordinates``: payments and shipments go inside their order. ``container``: they go beside it, in one
    ``<Контейнер>``, bound by ``<Основание>``. ``node_number``: НомерВерсии, Номер1С and Дата1С are written,
    which only Bitrix's own module knows and no official XSD does.
    """

    schema_version: str
    xsd: str
    subordinates: bool = False
    container: bool = False
    node_number: bool = False


DIALECTS: Mapping[str, Dialect] = {
    "unf": Dialect("2.05", xsd="2.08"),
    "unf_subordinate": Dialect("2.10", xsd="2.10", subordinates=True),
    "ut_103": Dialect("2.05", xsd="2.08"),
    "ut": Dialect("2.07", xsd="2.08"),
    "bitrix_205": Dialect("2.05", xsd="2.08"),
    "bitrix_209": Dialect("2.09", xsd="2.09"),
    "bitrix_31": Dialect("3.1", xsd="", container=True, node_number=True),
}
