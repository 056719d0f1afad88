"""What is known of the client of a node, and what of it a person should look at."""

from dataclasses import dataclass

from uzel.exchange.clients import BY_NAME
from uzel.hub.models import Node


@dataclass(frozen=True, slots=True)
class NodeClient:
    """``name`` and ``title`` are what was recognised, "" when nothing was; ``pinned`` is a name. ``remarks`` are in Russian."""

    name: str = ""
    title: str = ""
    at: str = ""
    source: str = ""
    before: str = ""
    pinned: str = ""
    remarks: tuple[str, ...] = ()


def node_client(node: Node) -> NodeClient:
    """The client of a node."""
    heard = node.heard or {}
    client = BY_NAME.get(heard.get("client", ""))
    if client is None:
        return NodeClient(pinned=node.dialect)
    before = BY_NAME.get(heard.get("before", ""))
    rows = (
        (before is not None, f"диалект сменился: был {before.title if before else ''}, стал {client.title}"),
        (
            client.profile != node.profile,
            f"узел заведён как {node.profile}, а говорит как {client.profile}: ответы остаются для {node.profile}; "
            f"если верен второй, uzel node set {node.code} --profile {client.profile}",
        ),
        (
            bool(node.dialect) and node.dialect != client.name,
            f"закреплён {node.dialect}, а говорит как {client.name}: ответы остаются для {node.dialect}; "
            f"следовать за базой: uzel node set {node.code} --dialect auto",
        ),
    )
    remarks = tuple(text for applies, text in rows if applies)
    return NodeClient(client.name, client.title, heard["at"], heard["from"], heard["before"], node.dialect, remarks)
