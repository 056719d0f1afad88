"""The session of a catalogue, type=catalog (onec-exchange 1.4, 1.5).

УНФ, УТ      checkauth ─ init ─ file… (one zip in parts, pictures in it) ─ import… by the names of the XML files
the module   checkauth ─ init ─ file… (each picture and each XML by itself) ─ import… ─ [deactivate ─ complete]
"""

import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal

from uzel.emulators.onec_base import answers, packing, stock
from uzel.emulators.onec_base.catalogue_files import Goods, split_files, two_files
from uzel.emulators.onec_base.conversation import Conversation, ask_import, send_parts
from uzel.emulators.onec_base.errors import ExchangeError

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(64)
GOODS: tuple[Goods, ...] = tuple(
    Goods(item, Decimal(number), PICTURE + bytes([number])) for number, item in enumerate(stock.ITEMS, 1)
)


def give(talk: Conversation, goods: Sequence[Goods], *, only_changes: bool) -> None:
    """Send the goods; the whole session again after a failure, as often as the settings say."""
    for attempt in range(talk.settings.repeats + 1):
        try:
            _give(talk, goods, only_changes)
            return
        except ExchangeError as error:
            if attempt == talk.settings.repeats:
                raise
            talk.journal.warning(f"Выгрузка товаров будет повторена. {error}")


def _give(talk: Conversation, goods: Sequence[Goods], only_changes: bool) -> None:
    talk.wire.log_in()
    limits = answers.read_init(talk.wire.get("upload_init"), talk.settings)
    pictures = {one.picture_name: one.picture for one in goods if one.picture}
    formed, is_module = talk.shop.clock(), talk.settings.profile == "bitrix"
    if is_module:
        stem = str(uuid.UUID(int=talk.rng.getrandbits(128), version=4))
        files = split_files(goods, talk.settings, formed, stem, only_changes=only_changes)
        _send(talk, limits, {**pictures, **files})
    else:
        files = two_files(goods, talk.settings, formed, only_changes=only_changes)
        together = {**files, **pictures}
        _send(talk, limits, dict([packing.pack_all(together, talk.rng, formed)]) if limits.zip else together)
    for name in files:
        ask_import(talk, name)
    if is_module and not only_changes:
        _finish(talk, "deactivate")
        _finish(talk, "complete")


def _send(talk: Conversation, limits: answers.Limits, files: Mapping[str, bytes]) -> None:
    for name, body in files.items():
        size = packing.part_size(body, limits, talk.settings.split_bytes, talk.faults.take("split_file"))
        send_parts(talk, name, packing.cut(body, size))


def _finish(talk: Conversation, step: str) -> None:
    """The site takes down what this load did not name; asked again while it says ``progress``."""
    if not talk.wire.auth.timestamp_line.startswith("timestamp="):
        raise ExchangeError("В ответе на checkauth нет строки timestamp")
    for _ in range(talk.settings.import_calls_limit):
        done, words = answers.read_import(talk.wire.get(step))
        if done:
            talk.journal.info(words or "Готово")
            return
    raise ExchangeError(f"Сервер так и не закончил {step}")
