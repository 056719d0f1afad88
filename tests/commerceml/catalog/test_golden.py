"""Every writer of catalogues has a pair for each kind of file it sends, and its pairs speak of all that a catalogue holds."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.commerceml.test_golden import schema_of
from uzel.commerceml.catalog.entry import Entry, Record
from uzel.commerceml.catalog.reader import read_catalog
from uzel.commerceml.sniff import Contents, contents_of
from uzel.exchange.clients import CLIENTS, by_file
from uzel.model import NomenclatureItem, PriceType, Section, Variant

GOLDEN = Path(__file__).parent / "golden"
WHOLE = ("import", "offers")
SPLIT = (*WHOLE, "prices", "rests")
#: Profile, and kinds of files of every writer in every version of his: pairs are named KIND_WRITER_VERSION. УНФ writes
#: goods in 2.08 whether its documents are subordinate or not (onec-exchange 2).
WANTED = {
    ("unf", "205"): ("unf", WHOLE), ("unf", "208"): ("unf", WHOLE),
    ("ut", "203"): ("ut", WHOLE), ("ut", "204"): ("ut", WHOLE), ("ut", "207"): ("ut", WHOLE), ("retail", "207"): ("ut", WHOLE),
    ("bitrix", "205"): ("bitrix", WHOLE), ("bitrix", "206"): ("bitrix", WHOLE),
    ("bitrix", "208"): ("bitrix", SPLIT), ("bitrix", "209"): ("bitrix", SPLIT), ("bitrix", "31"): ("bitrix", SPLIT),
}  # fmt: skip


def _of(entries: list[Entry]) -> list[Record]:
    return [told.record for entry in entries for told in entry.told]


def _items(entries: list[Entry]) -> list[NomenclatureItem]:
    return [record for record in _of(entries) if isinstance(record, NomenclatureItem)]


FEATURES: dict[str, Callable[[list[Entry]], bool]] = {
    "groups or their names": lambda found: any(
        isinstance(one, Section) or getattr(one, "section_id", "") for one in _of(found)
    ),
    "another unit than pieces": lambda found: any(item.measure_code != "796" for item in _items(found)),
    "VAT": lambda found: any(item.vat_rate for item in _items(found)),
    "pictures": lambda found: any(item.pictures for item in _items(found)),
    "deletion marks": lambda found: any(getattr(one, "deletion_mark", False) for one in _of(found)),
    "variants": lambda found: any(isinstance(one, Variant) for one in _of(found)),
    "kinds of prices": lambda found: any(isinstance(one, PriceType) for one in _of(found)),
    "several prices of one offer": lambda found: any(len(entry.prices) > 1 for entry in found),
    "stock in a warehouse": lambda found: any(stock.warehouse_id for entry in found for stock in entry.stocks),
}


def entries_of(kind: str, writer: str, version: str) -> list[Entry]:
    return list(read_catalog([(GOLDEN / f"{kind}_{writer}_{version}.xml").read_bytes()]))


def test_there_are_all_pairs_and_no_other_files() -> None:
    pairs = {f"{kind}_{writer}_{version}" for (writer, version), (_, kinds) in WANTED.items() for kind in kinds}
    assert {path.name for path in GOLDEN.iterdir()} == {f"{pair}.{end}" for pair in pairs for end in ("xml", "expected.py")}


def test_every_version_of_every_client_is_wanted() -> None:
    written = {(profile, version) for (_, version), (profile, _) in WANTED.items()} | {("unf", "210")}
    assert {(client.profile, schema.replace(".", "")) for client in CLIENTS for schema in client.schemas} == written


@pytest.mark.parametrize(("writer", "version"), WANTED)
def test_the_files_are_of_their_writer(writer: str, version: str) -> None:
    profile, kinds = WANTED[writer, version]
    for kind in kinds:
        data = (GOLDEN / f"{kind}_{writer}_{version}.xml").read_bytes()
        schema, namespace = schema_of(data)
        client = by_file(schema, namespace, profile)
        assert client
        assert (schema.replace(".", ""), client.profile, contents_of([data])) == (version, profile, Contents.CATALOGUE)
        assert namespace.rpartition(":")[2] in client.namespaces


@pytest.mark.parametrize(("writer", "version"), WANTED)
def test_the_pairs_of_a_writer_speak_of_all_that_a_catalogue_holds(writer: str, version: str) -> None:
    found = [entry for kind in WANTED[writer, version][1] for entry in entries_of(kind, writer, version)]
    assert [name for name, speaks in FEATURES.items() if not speaks(found)] == []


@pytest.mark.parametrize(("writer", "version"), [key for key, (_, kinds) in WANTED.items() if kinds is SPLIT])
def test_prices_and_rests_say_nothing_else(writer: str, version: str) -> None:
    prices, rests, offers = (entries_of(kind, writer, version) for kind in ("prices", "rests", "offers"))
    assert all(entry.prices and not entry.stocks and not entry.told for entry in prices)
    assert all(entry.stocks and not entry.prices and not entry.told for entry in rests)
    assert not any(entry.stocks or entry.prices for entry in offers)
