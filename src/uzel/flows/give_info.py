"""``mode=info``: lists that the 1C user loads into the form of the node and maps there (onec-exchange 2.3)."""

from uzel.commerceml.writer import write_info
from uzel.hub.models import Node
from uzel.hub.queries import rules_of
from uzel.mapping.stages import table

#: id, name, kind; the kinds are the only words that UNF understands. 1C writes id and name of a payment back as
#: «Метод оплаты ИД» and «Метод оплаты».
PAYMENT_SYSTEMS = (
    ("1", "Наличные", "Наличная оплата"),
    ("2", "Безналичные", "Безналичная оплата"),
    ("3", "Эквайринг", "Эквайринговая оплата"),
)
DELIVERY_SERVICES = (("1", "Доставка"), ("2", "Самовывоз"))


def info(node: Node) -> bytes:
    """The answer in the node's encoding. Words with ``@`` are our own names for flags, no statuses of a base."""
    statuses = [(row.status, row.name) for row in table(rules_of(node)) if not row.status.startswith("@")]
    return write_info(statuses, PAYMENT_SYSTEMS, DELIVERY_SERVICES, node.encoding)
