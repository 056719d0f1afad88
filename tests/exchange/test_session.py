"""The table of steps: what is refused, what is done, and that the table prints itself."""

from dataclasses import replace

import pytest

from uzel.exchange import commands
from uzel.exchange.session import FROM_A_PAGE, NOT_A_RECEIVER, NOT_A_SOURCE, STEPS, Facts, decide, table

KNOWN = Facts(kind="sale", mode="query")
IN_SESSION = replace(KNOWN, no_session="")


def said(**changes: object) -> Facts:
    return replace(KNOWN, no_session="нет сеанса", **changes)  # type: ignore[arg-type]


def test_a_pull_of_single_orders_is_refused_and_a_sale_knows_none() -> None:
    refusal = decide(replace(IN_SESSION, kind="crm", pulls=True))
    assert isinstance(refusal, commands.Refusal)
    assert (refusal.code, "ORDER_ID" in refusal.text) == ("crm_pull", True)
    assert decide(replace(IN_SESSION, kind="crm")) == decide(replace(IN_SESSION, pulls=True)) == commands.Query()


@pytest.mark.parametrize("kind", ["sale", "crm"])
def test_checkauth_needs_no_session(kind: str) -> None:
    assert decide(said(kind=kind, mode="checkauth")) == commands.CheckAuth(kind)


def test_info_needs_no_session() -> None:
    assert decide(said(mode="info")) == commands.Info()


@pytest.mark.parametrize("mode", ["init", "query", "success", "import"])
def test_everything_else_needs_a_session(mode: str) -> None:
    refusal = decide(said(mode=mode, file_name="a.xml"))
    assert isinstance(refusal, commands.Refusal)
    assert (refusal.code, refusal.text) == ("no_session", "нет сеанса")


@pytest.mark.parametrize(
    ("facts", "command"),
    [
        (replace(IN_SESSION, mode="init"), commands.Init("", "")),
        (replace(IN_SESSION, mode="init", cml_version="2.10"), commands.Init("", "2.10")),
        (replace(IN_SESSION, mode="init", version="2.09", cml_version="2.10"), commands.Init("2.09", "2.10")),
        (replace(IN_SESSION, mode="query"), commands.Query()),
        (replace(IN_SESSION, mode="query", method="POST"), commands.Query()),
        (replace(IN_SESSION, mode="success"), commands.Success()),
        (replace(IN_SESSION, mode="import", file_name="a.xml"), commands.Import("a.xml")),
        # without init, and with an init that named no version, a file is read at once
        (replace(IN_SESSION, mode="file", method="POST", file_name="a.xml"), commands.StoreFile("a.xml", at_once=True)),
        (
            replace(IN_SESSION, mode="file", method="POST", file_name="a.xml", initialised=True),
            commands.StoreFile("a.xml", at_once=True),
        ),
        (
            replace(IN_SESSION, mode="file", method="POST", file_name="a.xml", initialised=True, session_version="2.09"),
            commands.StoreFile("a.xml", at_once=False),
        ),
        # UNF repeats version= in every request of an upload; only init counts
        (
            replace(IN_SESSION, mode="file", method="POST", file_name="a.xml", version="2.09"),
            commands.StoreFile("a.xml", at_once=True),
        ),
    ],
)
def test_a_session_gets_its_command(facts: Facts, command: commands.Command) -> None:
    assert decide(facts) == command


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (replace(IN_SESSION, mode="file", file_name="a.xml"), "wrong_method"),
        (replace(IN_SESSION, mode="checkauth", method="POST"), "wrong_method"),
        (replace(IN_SESSION, mode="success", method="POST"), "wrong_method"),
        (replace(IN_SESSION, mode=""), "unknown_command"),
        (replace(IN_SESSION, mode="deactivate"), "unknown_command"),
        (replace(IN_SESSION, kind=""), "unknown_type"),
        (replace(IN_SESSION, kind="shop"), "unknown_type"),
        (replace(IN_SESSION, mode="file", method="POST", file_name="../a.xml"), "bad_file_name"),
        (replace(IN_SESSION, mode="import", file_name=""), "bad_file_name"),
    ],
)
def test_what_is_out_of_order_is_refused_in_russian(facts: Facts, code: str) -> None:
    refusal = decide(facts)
    assert isinstance(refusal, commands.Refusal)
    assert refusal.code == code
    assert any("а" <= letter <= "я" for letter in refusal.text.lower())


CATALOG = replace(KNOWN, kind="catalog", catalog_source=True)
POSTED = replace(CATALOG, mode="file", method="POST")


@pytest.mark.parametrize(
    ("facts", "command"),
    [
        (replace(CATALOG, mode="checkauth", no_session="нет"), commands.CheckAuth("catalog")),
        (replace(CATALOG, mode="init"), commands.Init("", "")),
        (replace(CATALOG, mode="init", version="3.1"), commands.Init("3.1", "")),
        # nobody who sends a catalogue waits for it to be read inside of file, whatever the protocol
        (replace(POSTED, file_name="import0.xml"), commands.StoreFile("import0.xml", at_once=False)),
        (replace(POSTED, file_name="goods/1/import___a.xml"), commands.StoreFile("goods/1/import___a.xml", at_once=False)),
        (replace(POSTED, file_name="import_files/ab/1.JPG"), commands.StorePicture("import_files/ab/1.JPG")),
        (replace(CATALOG, mode="import", file_name="import0.xml"), commands.Import("import0.xml")),
        (replace(CATALOG, mode="deactivate", timestamp="1767000000"), commands.Deactivate(1767000000)),
        (replace(CATALOG, mode="complete", timestamp="1767000000"), commands.Deactivate(1767000000)),
    ],
)
def test_a_source_gives_its_catalogue(facts: Facts, command: commands.Command) -> None:
    assert decide(facts) == command


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (replace(CATALOG, mode="query"), "unknown_command"),
        (replace(CATALOG, mode="deactivate"), "bad_timestamp"),
        (replace(CATALOG, mode="complete", timestamp="вчера"), "bad_timestamp"),
        (replace(CATALOG, mode="deactivate", timestamp="1" * 12), "bad_timestamp"),
        (replace(POSTED, file_name="import_files/../1.jpg"), "bad_file_name"),
        (replace(POSTED, file_name="import_files/1.jpg.php"), "bad_file_name"),
        (replace(POSTED, file_name="import_files/1.svg"), "bad_file_name"),
        (replace(POSTED, file_name="import0.xml", no_session="нет"), "no_session"),
        (replace(IN_SESSION, mode="deactivate", timestamp="1"), "unknown_command"),
        (replace(IN_SESSION, mode="file", method="POST", file_name="1.jpg"), "bad_file_name"),
    ],
)
def test_what_is_out_of_order_in_a_catalogue(facts: Facts, code: str) -> None:
    refusal = decide(facts)
    assert isinstance(refusal, commands.Refusal)
    assert refusal.code == code


@pytest.mark.parametrize("mode", ["checkauth", "init", "import", "deactivate"])
def test_a_base_that_is_no_source_gives_none(mode: str) -> None:
    facts = replace(CATALOG, mode=mode, catalog_source=False, no_session="нет", file_name="a.xml")
    assert decide(facts) == commands.Refusal("not_catalog_source", NOT_A_SOURCE)
    assert len(f"failure\n{NOT_A_SOURCE}") < 255, "1C shows no more (onec-exchange 1.3)"


PROMO = replace(KNOWN, kind="promocodes", no_session="нет сеанса")


@pytest.mark.parametrize(
    ("facts", "command"),
    [
        (replace(PROMO, mode="checkauth"), commands.CheckAuth("promocodes")),
        (PROMO, commands.PromoQuery(0, "")),
        (replace(PROMO, since="17", etags='"a"'), commands.PromoQuery(17, '"a"')),
        (replace(PROMO, mode="success", version="9"), commands.PromoSuccess(9)),
    ],
)
def test_promo_codes_need_a_password_and_no_session(facts: Facts, command: commands.Command) -> None:
    assert decide(facts) == command


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (replace(PROMO, since="-1"), "bad_version"),
        (replace(PROMO, since="1" * 19), "bad_version"),
        (replace(PROMO, since="١"), "bad_version"),
        (replace(PROMO, mode="success"), "bad_version"),
        (replace(PROMO, mode="success", version="2.09"), "bad_version"),
        (replace(PROMO, mode="file"), "unknown_command"),
        (replace(PROMO, method="POST"), "wrong_method"),
        (replace(PROMO, stranger="кто вы"), "unauthorised"),
    ],
)
def test_promo_codes_are_asked_for_by_whole_numbers(facts: Facts, code: str) -> None:
    refusal = decide(facts)
    assert isinstance(refusal, commands.Refusal)
    assert refusal.code == code


FETCH = replace(KNOWN, kind="get_catalog", receives_catalog=True)
FETCHED = replace(FETCH, mode="query", initialised=True)


@pytest.mark.parametrize(
    ("facts", "command"),
    [
        (replace(FETCH, mode="checkauth", no_session="нет"), commands.CheckAuth("get_catalog")),
        (replace(FETCH, mode="init"), commands.InitCatalog(in_packages=False)),
        (replace(FETCH, mode="init", output="package", version="3.1"), commands.InitCatalog(in_packages=True)),
        (replace(FETCH, mode="init", output="file"), commands.InitCatalog(in_packages=False)),
        (FETCHED, commands.GiveCatalog(None)),
        (replace(FETCHED, package="0"), commands.GiveCatalog(0)),
        (replace(FETCHED, package="1042", session_version="3.1"), commands.GiveCatalog(1042)),
    ],
)
def test_a_receiver_fetches_the_catalogue(facts: Facts, command: commands.Command) -> None:
    assert decide(facts) == command


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (replace(FETCH, mode="query"), "no_init"),
        (replace(FETCHED, no_session="нет"), "no_session"),
        (replace(FETCH, mode="init", no_session="нет"), "no_session"),
        (replace(FETCHED, package="-1"), "bad_package"),
        (replace(FETCHED, package="9" * 19), "bad_package"),
        (replace(FETCHED, method="POST"), "wrong_method"),
        (replace(FETCH, mode="success"), "unknown_command"),
        (replace(FETCH, mode="file", method="POST", file_name="a.xml"), "unknown_command"),
        (replace(FETCHED, receives_catalog=False), "not_catalog_receiver"),
        (replace(FETCH, mode="checkauth", receives_catalog=False, no_session="нет"), "not_catalog_receiver"),
        (replace(FETCHED, from_page=True), "from_a_page"),
        (replace(FETCH, mode="checkauth", from_page=True, no_session="нет"), "from_a_page"),
    ],
)
def test_what_is_out_of_order_when_a_catalogue_is_fetched(facts: Facts, code: str) -> None:
    refusal = decide(facts)
    assert isinstance(refusal, commands.Refusal)
    assert refusal.code == code


@pytest.mark.parametrize("text", [NOT_A_RECEIVER, FROM_A_PAGE])
def test_1c_shows_the_whole_refusal(text: str) -> None:
    assert len(f"failure\n{text}") < 255, "1C shows no more (onec-exchange 1.3)"


def test_only_a_fetched_catalogue_minds_a_referer() -> None:
    assert decide(replace(IN_SESSION, from_page=True)) == commands.Query()


@pytest.mark.parametrize("kind", ["sale", "catalog", "nonsense"])
@pytest.mark.parametrize("mode", ["checkauth", "query", "nonsense"])
def test_a_stranger_learns_only_that_he_is_one(kind: str, mode: str) -> None:
    facts = Facts(kind=kind, mode=mode, stranger="чужой", unnamed=True)
    assert decide(facts) == commands.Refusal("unauthorised", "чужой", challenge=True)


def test_the_table_prints_every_step_and_every_type() -> None:
    lines = table().splitlines()
    assert lines[0] == "| type | mode | method | needs | protocol | reply | what happens |"
    assert len(lines) == 2 + len(STEPS) + 4
    assert all(line.count("|") == 8 for line in lines), "a cell with a bar in it breaks the table"
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    printed = [(row[0], row[1], row[4]) for row in cells]
    assert all(printed.count((", ".join(step.types), step.mode, step.protocol)) == 1 for step in STEPS)


@pytest.mark.parametrize(
    ("facts", "command"),
    [
        (replace(IN_SESSION, kind="reference"), commands.DirectoryQuery(None)),
        (replace(IN_SESSION, kind="reference", method="POST", since="0"), commands.DirectoryQuery(0)),
        (replace(IN_SESSION, kind="reference", since="42"), commands.DirectoryQuery(42)),
        (replace(IN_SESSION, kind="reference", mode="success"), commands.DirectorySuccess()),
    ],
)
def test_a_directory_is_asked_for_and_confirmed(facts: Facts, command: commands.Command) -> None:
    assert decide(facts) == command


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (said(kind="reference", mode="query"), "no_session"),
        (said(kind="reference", mode="success"), "no_session"),
        (replace(IN_SESSION, kind="reference", since="-1"), "bad_version"),
        (replace(IN_SESSION, kind="reference", since="1" * 19), "bad_version"),
        (replace(IN_SESSION, kind="reference", mode="success", method="POST"), "wrong_method"),
    ],
)
def test_a_directory_is_refused_in_words(facts: Facts, code: str) -> None:
    refusal = decide(facts)
    assert isinstance(refusal, commands.Refusal)
    assert refusal.code == code
