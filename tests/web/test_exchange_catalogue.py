"""A catalogue over HTTP: conversations of each client, byte for byte (onec-exchange 1.4, 1.5)."""

import pytest

from tests.commerceml.samples import SAMPLES
from tests.exchange.talk import Talk, make_node, order, package, zipped
from tests.flows.catalogue import counts, due, goods, item, offer, offers, price, root, row, shown
from tests.flows.due_orders import NOW
from uzel.flows.calls.open_session import close_idle_uploads
from uzel.flows.catalog import deactivate_unnamed as deactivating
from uzel.flows.catalog import receive_catalog, receive_pictures
from uzel.flows.catalog.catalog_status import catalog_status
from uzel.flows.catalog.picture_book import wanted_pictures
from uzel.flows.files.read_in_turn import read_in_turn
from uzel.hub import feed_store
from uzel.hub.models import Call, CatalogPicture, ExchangeSession, Node, NomenclatureRow, OrderRow, Package, Portal

pytestmark = pytest.mark.django_db
JPEG = b"\xff\xd8\xff\xe0"


@pytest.fixture
def shop() -> Node:
    return make_node("shop", catalog_source=True)


def full(*items: str) -> bytes:
    """A file that says that it names all goods."""
    return goods(*items).replace("<Каталог>".encode(), '<Каталог СодержитТолькоИзменения="false">'.encode())


def changes(*items: str) -> bytes:
    return full(*items).replace(b"false", b"true")


def read_all() -> None:
    """What a worker does."""
    for waiting in Package.objects.filter(state=Package.State.WAITING).order_by("pk"):
        read_in_turn(waiting.pk, NOW)


def begin() -> Talk:
    base = Talk(kind="catalog").open()
    assert base.ask("init").startswith("zip=yes\n")
    return base


def give(base: Talk, name: str, body: bytes) -> str:
    """A file and its reading, to the end."""
    assert base.send(body, name) == "success"
    base.ask("import", f"&filename={name}")
    read_all()
    return base.ask("import", f"&filename={name}")


def timestamp() -> str:
    return f"&timestamp={int(ExchangeSession.objects.latest('pk').started_at.timestamp())}"


def picture(name: str = "import_files/ab/1.jpg") -> bytes:
    return feed_store.read_feed(CatalogPicture.objects.get(name=name).feed)


def living() -> set[str]:
    return set(NomenclatureRow.objects.filter(active=True).values_list("xml_id", flat=True))


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not here")
@pytest.mark.parametrize("name", sorted(path.name for path in (SAMPLES / "catalog").glob("*.xml")))
def test_real_files_go_through_the_page(shop: Node, name: str) -> None:
    assert give(begin(), name, (SAMPLES / "catalog" / name).read_bytes()).partition("\n")[0] == "success"
    made = Package.objects.get()
    assert (made.state, made.problem_code) == (Package.State.DONE, "")
    assert made.entries_received == sum(counts(made).values()) > 0


# --------------------------------------------------------------------------------------------------- whole conversations


def test_goods_then_offers_file_by_file(shop: Node) -> None:
    base = Talk(kind="catalog")
    lines = base.ask("checkauth").split("\n")
    session = ExchangeSession.objects.get()
    stamp = int(session.started_at.timestamp())
    assert lines == ["success", "UZELSESSION", session.cookie, f"sessid={session.token}", f"timestamp={stamp}"]
    base.cookie, base.sessid = f"{lines[1]}={lines[2]}", lines[3]
    assert base.ask("init") == "zip=yes\nfile_limit=8388608", "exactly two lines, or UT stops"
    assert base.send(goods(item("i", "Стул"), item("j")), "import0.xml") == "success"
    assert base.send(offers(offer("i", price("5"))), "offers0.xml") == "success"
    assert base.ask("import", "&filename=import0.xml") == "progress\nПрочитано документов: 0."
    read_all()
    assert base.ask("import", "&filename=import0.xml") == "success"
    assert not row().prices, "offers are read when they are asked for"
    base.ask("import", "&filename=offers0.xml")
    read_all()
    assert base.ask("import", "&filename=offers0.xml") == "success"
    assert (row().name, row().prices, row("j").name) == ("Стул", {"t": ["5", "RUB"]}, "Стул")


def test_a_zip_in_parts_with_pictures_and_without_version(shop: Node) -> None:
    files = {"import0.xml": goods(item()), "offers0.xml": offers(offer("i", price("5"))), "import_files/ab/1.jpg": JPEG}
    whole, base = zipped(files), begin()
    for part in (whole[:100], whole[100:200], whole[200:]):
        assert base.send(part, "v8_1A2B_3C.zip") == "success"
    assert base.ask("import", "&filename=import0.xml") == "progress\nИдет распаковка архива."
    read_all()
    assert [base.ask("import", f"&filename={name}") for name in ("import0.xml", "offers0.xml")] == ["success", "success"]
    assert (row().prices, picture()) == ({"t": ["5", "RUB"]}, JPEG)


def test_split_files_of_bitrix_s_module_in_folders(shop: Node) -> None:
    base = Talk(kind="catalog").open()
    assert base.ask("init", "&version=3.1") == "zip=yes\nfile_limit=8388608", "as Bitrix says it of a catalogue"
    first, second = (f"webdata/goods/{number}/import.xml" for number in (1, 2))
    assert base.send(goods(item("i")), first) == base.send(goods(item("j")), second) == "success"
    for name in (first, second):
        base.ask("import", f"&filename={name}")
        read_all()
        assert base.ask("import", f"&filename={name}") == "success"
    assert living() == {"i", "j"}


def test_a_zip_asked_for_by_a_path(shop: Node) -> None:
    base = begin()
    base.send(zipped({"webdata\\goods\\import0.xml": goods(item())}), "v8.zip")
    base.ask("import", "&filename=webdata/goods/import0.xml")
    read_all()
    assert base.ask("import", "&filename=webdata/goods/import0.xml") == "success"


def test_documents_and_other_lists_in_a_session_of_a_catalogue(shop: Node) -> None:
    base = begin()
    assert give(base, "documents___1.xml", package(order("a"))) == "success"
    people = root("<Контрагенты><Контрагент><Ид>c</Ид></Контрагент></Контрагенты>")
    assert give(base, "contragents___1.xml", people) == "success"
    assert give(base, "references___1.xml", root("<ПользовательскиеСправочники/>")) == "success"
    assert OrderRow.objects.get().document_id == "a"
    assert not NomenclatureRow.objects.exists()


# ------------------------------------------------------------------------------------------------------------- progress


def test_progress_is_honest_and_a_killed_reading_goes_on(shop: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def die(count: int) -> None:
        raise Killed

    monkeypatch.setattr(receive_catalog, "CHUNK_ENTRIES", 100)
    base = begin()
    base.send(goods(*(item(f"i-{number}", f"Стул {number}") for number in range(5_000))), "import0.xml")
    base.ask("import", "&filename=import0.xml")
    with pytest.raises(Killed):
        read_in_turn(Package.objects.get().pk, NOW, advance=die)
    made = Package.objects.get()
    assert 0 < made.bytes_done < made.size
    percent = made.bytes_done * 100 // made.size
    assert base.ask("import", "&filename=import0.xml") == f"progress\nФайл прочитан на {percent} %, записей каталога: 100."
    read_all()
    assert base.ask("import", "&filename=import0.xml") == "success"
    assert Package.objects.get().catalog == {"item": {"created": 5_000}}


def test_progress_names_the_file_of_a_zip(shop: Node) -> None:
    base = begin()
    base.send(zipped({"import0.xml": goods(item()), "offers0.xml": offers(offer())}), "v8.zip")
    base.ask("import", "&filename=import0.xml")
    read_all()
    Package.objects.filter(file_name="offers0.xml").update(state=Package.State.WAITING, size=200, bytes_done=50)
    assert base.ask("import", "&filename=v8.zip") == "progress\nФайл 2 из 2 прочитан на 25 %, записей каталога: 2."


# ------------------------------------------------------------------------------------------------------------- pictures


def test_a_picture_by_itself_makes_its_goods_due(shop: Node) -> None:
    base = begin()
    give(base, "import0.xml", goods(item(inside="<Картинка>import_files/ab/1.jpg</Картинка>")))
    shown()
    assert base.send(JPEG + b"1", "import_files/ab/1.jpg") == "success"
    assert (picture(), due()) == (JPEG + b"1", {"i"})
    shown()
    assert base.send(JPEG + b"1", "import_files/ab/1.jpg") == "success"
    assert not due(), "the same picture again changes nothing"
    assert not Package.objects.exclude(file_name="import0.xml").exists()


def test_a_picture_in_pieces_is_put_together_and_not_doubled(shop: Node) -> None:
    base = begin()
    for piece in (JPEG + b"1", b"22", b"22", b"333"):
        assert base.send(piece, "import_files/ab/1.jpg") == "success"
    assert picture() == JPEG + b"1" + b"22" + b"333"
    base.send(JPEG + b"new", "import_files\\ab\\1.jpg")
    assert picture() == JPEG + b"new"


def test_too_large_a_picture_stops_nothing(shop: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive_pictures, "PICTURE_BYTES", 5)
    base = begin()
    said = "success\nКартинка больше 0 МБ, не взята: import_files/ab/1.jpg"
    give(base, "import0.xml", goods(item(inside="<Картинка>import_files/ab/1.jpg</Картинка>")))
    assert base.send(JPEG, "import_files/ab/1.jpg") == "success"
    shown()
    for piece in (b"22", b"333", b"4"):  # what is left of it is no picture of its own
        assert base.send(piece, "import_files/ab/1.jpg") == said
    assert wanted_pictures([NomenclatureRow.objects.get()]) == {NomenclatureRow.objects.get().pk: {}}
    (status,) = catalog_status(Portal.objects.get(), NOW).sources
    assert (status.pictures, status.reasons) == (0, {"Картинка больше 0 МБ, не взята": 1})
    assert base.send(JPEG + b"22", "import_files/ab/1.jpg") == said
    assert not due(), "its goods are as they were"
    assert base.send(JPEG + b"2", "import_files/ab/1.jpg") == "success"
    assert (picture(), due(), CatalogPicture.objects.get().problem) == (JPEG + b"2", {"i"}, "")


def test_an_empty_picture_is_refused(shop: Node) -> None:
    assert begin().send(b"", "import_files/ab/1.jpg") == "failure\nФайл пуст."


def test_a_zip_of_pictures_that_nobody_asks_for_is_read_all_the_same(shop: Node) -> None:
    base = begin()
    base.send(zipped({"import_files/ab/1.jpg": JPEG}), "pictures.zip")
    base.send(goods(item()), "import0.xml")
    base.ask("import", "&filename=import0.xml")
    read_all()
    assert picture() == JPEG
    base.send(zipped({"import_files/ab/1.jpg": JPEG + b"2"}), "more.zip")
    base.send(zipped({"import_files/ab/1.jpg": JPEG + b"3"})[:50], "torn.zip")
    base.send(goods(item("j")), "never-asked.xml")
    close_idle_uploads(NOW.replace(year=NOW.year + 5))
    read_all()
    assert picture() == JPEG + b"2"
    states = dict(Package.objects.values_list("file_name", "state"))
    assert (states["torn.zip"], states["never-asked.xml"]) == (Package.State.FAILED, Package.State.FAILED)


# ------------------------------------------------------------------------------------- full loads and what they leave out


def test_a_full_load_takes_down_what_it_does_not_name(shop: Node) -> None:
    give(begin(), "import0.xml", full(item("i"), item("j"), item("k")))
    ExchangeSession.objects.update(started_at=NOW)  # long ago
    base = begin()
    later = timestamp()
    give(base, "import0_1.xml", full(item("i")))
    give(base, "import0_2.xml", full(item("k", "Скамья")))
    shown()
    assert base.ask("deactivate", later) == "success\nСнято с показа товаров, которых больше нет в выгрузке: 1."
    assert (living(), due(), row("j").content["deletion_mark"]) == ({"i", "k"}, {"j"}, True)
    assert base.ask("complete", later) == "success\nСнято с показа товаров, которых больше нет в выгрузке: 0."
    give(begin(), "import0.xml", full(item("i"), item("j")))
    assert living() == {"i", "j", "k"}, "back again; nothing is taken down before deactivate"


def test_changes_alone_take_nothing_down(shop: Node) -> None:
    give(begin(), "import0.xml", changes(item("i")))
    for said in (changes(item("j")), goods(item("j"))):
        base = begin()
        give(base, "import0.xml", said)
        assert base.ask("deactivate", timestamp()) == f"success\n{deactivating.CHANGES}"
    assert living() == {"i", "j"}


def test_goods_of_another_source_stay(shop: Node) -> None:
    make_node("other", catalog_source=True)
    other = Talk("other", kind="catalog").open()
    other.ask("init")
    give(other, "import0.xml", full(item("theirs")))
    base = begin()
    give(base, "import0.xml", full(item("i")))
    base.ask("deactivate", timestamp())
    assert living() == {"i", "theirs"}


def test_a_load_that_is_not_whole_takes_nothing_down(shop: Node) -> None:
    give(begin(), "old.xml", changes(item("i")))
    base = begin()
    give(base, "import0.xml", full(item("j")))
    base.send(full(item("i")), "import1.xml")
    assert base.ask("deactivate", timestamp()) == f"success\n{deactivating.BROKEN.format(name='import1.xml')}"
    base.ask("import", "&filename=import1.xml")
    assert base.ask("deactivate", timestamp()) == f"progress\n{deactivating.UNREAD}"
    read_all()
    assert base.ask("deactivate", timestamp()).endswith(": 0.")
    assert living() == {"i", "j"}


def test_a_torn_file_that_was_sent_anew_is_whole(shop: Node) -> None:
    base = begin()
    assert give(base, "import0.xml", full(item("i"))[:-40]).startswith("failure\n")
    assert base.ask("deactivate", timestamp()) == f"success\n{deactivating.BROKEN.format(name='import0.xml')}"
    give(base, "import0.xml", full(item("i")))
    assert base.ask("deactivate", timestamp()).endswith(": 0.")


def test_goods_without_an_id_make_a_load_doubtful(shop: Node) -> None:
    base = begin()
    give(base, "import0.xml", full(item("i"), item("")))
    assert base.ask("deactivate", timestamp()) == f"success\n{deactivating.DOUBTFUL}"


def test_taking_down_goes_in_steps(shop: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    give(begin(), "old.xml", changes(*(item(f"i-{number}") for number in range(5))))
    base = begin()
    give(base, "import0.xml", full(item("i-0")))
    monkeypatch.setattr(deactivating, "CHUNK_ROWS", 2)
    monkeypatch.setattr(deactivating, "REPLY_SECONDS", -1.0)
    assert base.ask("deactivate", timestamp()) == "progress\nСнято с показа товаров: 2, снимаются остальные."
    assert base.ask("deactivate", timestamp()) == "progress\nСнято с показа товаров: 2, снимаются остальные."
    assert base.ask("deactivate", timestamp()).startswith("success\n")
    assert living() == {"i-0"}


# ------------------------------------------------------------------------------------------------------------- refusals


def test_a_base_that_is_no_source_hears_why_and_its_call_is_kept() -> None:
    make_node("shop")
    base = Talk(kind="catalog")
    assert base.ask("checkauth").startswith("failure\nЭта база не источник каталога.")
    assert base.send(goods(item()), "import0.xml").startswith("failure\nЭта база не источник каталога.")
    call = Call.objects.latest("pk")
    assert call.body is not None
    assert (call.problem_code, feed_store.read_feed(call.body)) == ("not_catalog_source", goods(item()))
    assert not Package.objects.exists()
