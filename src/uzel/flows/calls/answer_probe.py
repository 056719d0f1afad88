"""Calls of the doctor: answered as a base would be, and nothing of the base is touched.

A probe has a type of its own, so its sessions are not those of the base; it is on record in the archive, without its bytes.
"""

import datetime as dt
from collections.abc import Iterable

from django.utils import timezone

from uzel.commerceml.writer import write_package
from uzel.exchange import replies
from uzel.exchange.replies import Answer
from uzel.exchange.uploads import Intake
from uzel.flows.calls.offer_to_node import dialect_of
from uzel.flows.calls.receive_upload import EMPTY, Piece, piece_refusal
from uzel.hub.models import ExchangeSession, Feed


def count_bytes(intake: Intake) -> Piece | None:
    """A body read to its end and thrown away; its feed has a size and is not saved."""
    _exhaust(intake)
    if not intake.size:
        return None
    return Piece(Feed(size=intake.size), intake.head, intake.tail, intake.too_large, intake.broken_off)


def _exhaust(chunks: Iterable[bytes]) -> None:
    for _ in chunks:
        pass


def file_answer(piece: Piece | None) -> tuple[Answer, str]:
    """How many bytes came, or why a file like this would not be taken; and the code of the reason."""
    if piece is None:
        return replies.failure(EMPTY.text), EMPTY.code
    refusal = piece_refusal(piece)
    if refusal:
        return replies.failure(refusal.text), refusal.code
    return replies.success([str(piece.feed.size)]), ""


def empty_package(session: ExchangeSession, now: dt.datetime) -> Answer:
    """What a base gets for which there is nothing."""
    node = session.node
    return replies.xml(write_package((), dialect_of(session), formed_at=timezone.localtime(now), encoding=node.encoding))
