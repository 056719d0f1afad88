"""Which client a base turns out to be: noted on its node when that changes, and said; never followed past a pin.

The node's ``profile`` is the administrator's word and stays; a client of another profile is shown by ``uzel node show``.
"""

import datetime as dt
import logging

from uzel.commerceml.marks import marks_of
from uzel.exchange.clients import Client, answered_as, by_file, by_init
from uzel.hub import feed_store
from uzel.hub.models import ExchangeSession, Node, Package

log = logging.getLogger(__name__)


def client_of(session: ExchangeSession) -> Client:
    """The client that a session is answered as."""
    node = session.node
    return answered_as(node.profile, node.dialect, heard_name(node), session.version, session.cml_version)


def heard_name(node: Node) -> str:
    """The client that the node was last recognised as, or ""."""
    return str(node.heard["client"]) if node.heard else ""


def note_init(session: ExchangeSession, now: dt.datetime) -> None:
    """An ``init`` may name the client."""
    said = [f"{name}={value}" for name, value in (("version", session.version), ("cmlVersion", session.cml_version)) if value]
    _note(session.node, by_init(session.version, session.cml_version), f"init {' '.join(said)}", now)


def note_file(package: Package, now: dt.datetime) -> None:
    """A file that a base sent by itself may name its writer; one fed by hand may be anybody's."""
    if package.session_id is None or package.feed is None:
        return
    marks = marks_of(feed_store.open_feed(package.feed))
    source = f"{package.file_name[:100]}: ВерсияСхемы {marks.schema or 'не указана'}, xmlns {marks.namespace or 'нет'}"
    _note(package.node, by_file(marks.schema, marks.namespace, package.node.profile), source, now)


def _note(node: Node, client: Client | None, source: str, now: dt.datetime) -> None:
    if client is None or client.name == heard_name(node):
        return
    node.refresh_from_db(fields=["heard"])
    before = heard_name(node)
    if client.name == before:
        return
    node.heard = {"client": client.name, "at": now.isoformat(), "from": source, "before": before}
    Node.objects.filter(pk=node.pk).update(heard=node.heard)
    log.info("node %s speaks as %s (before: %s), told by %s", node.code, client.name, before or "unknown", source)
