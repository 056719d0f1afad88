"""``mode=info``: lists that the 1C user loads into the form of the node and maps there (onec-exchange 2.3)."""

from uzel.commerceml.writer import write_info
from uzel.hub.models import Node
from uzel.hub.queries import rules_of
from uzel.mapping.node_lists import STANDARD_DELIVERIES, STANDARD_PAYMENTS
from uzel.mapping.stages import table


def info(node: Node) -> bytes:
    """The answer in the node's encoding. Words with ``@`` are our own names for flags, no statuses of a base."""
    statuses = [(row.status, row.name) for row in table(rules_of(node)) if not row.status.startswith("@")]
    payments = [(row[0], row[1], row[2]) for row in node.payments or STANDARD_PAYMENTS]
    deliveries = [(row[0], row[1]) for row in node.deliveries or STANDARD_DELIVERIES]
    return write_info(statuses, payments, deliveries, node.encoding)
