"""The documentation says what the code does, or a test here fails; ``make docs`` mends the printed tables."""

import dataclasses
import doctest
import re
from pathlib import Path

import pytest
from django.urls import get_resolver, resolve

from tests.docs import pages, source, tables
from tests.docs.command_line import rows_of, shape_of, shape_told
from uzel.bitrix24.entities.deal_fields import DEAL_FIELDS
from uzel.cli import parser
from uzel.demo.shops import SHOPS
from uzel.hub.ledger import LedgerRow
from uzel.model import Verdict

ROOT = pages.ROOT
REFERENCE = ROOT / "docs" / "reference"
#: Spelt in pieces, so that this list is not found by itself. Addresses of machines and of package indexes, and makers.
FORBIDDEN = tuple(
    first + second
    for first, second in (
        ("/wo", "rk/"), ("/ro", "ot/"), ("https://py", "pi"), ("files.python", "hosted"), ("--index", "-url "),
        ("cla", "ude"), ("anthro", "pic"), ("chat", "gpt"), ("ai ses", "sion"), ("language mo", "del"),
    )
)  # fmt: skip
#: Flags of a tool may be spelt where they are used to keep hosts out.
MAY_NAME_FLAGS = ("Makefile",)


def text_of(*parts: str) -> str:
    return ROOT.joinpath(*parts).read_text(encoding="utf-8")


def test_every_command_and_option_is_told_and_nothing_else_is() -> None:
    told, known = rows_of(shape_told(text_of("docs", "reference", "commands.md"))), rows_of(shape_of(parser()))
    assert sorted(known - told) == []  # not told
    assert sorted(told - known) == []  # told, and not there


def test_every_setting_is_told_with_its_default() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \| (?:`([^`]*)`)?.*? \|", text_of("docs", "reference", "settings.md"), re.MULTILINE)
    assert dict(rows) == {name: default or "" for name, default in source.settings().items()}


def test_settings_are_read_in_one_place() -> None:
    assert source.readers_of_the_environment() == {"settings.py"}


every_page = pytest.mark.parametrize("page", pages.markdown_files(), ids=pages.named)


@every_page
def test_printed_tables_are_those_of_the_code(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert tables.rewritten(text) == text, "make docs"


def test_every_table_is_printed_once() -> None:
    printed = [name for page in pages.markdown_files() for name in tables.tables_in(page.read_text(encoding="utf-8"))]
    assert sorted(printed) == sorted(tables.TABLES)


def test_every_verdict_is_told() -> None:
    told = text_of("docs", "reference", "tables.md").partition("## Verdicts")[2].partition("\n## ")[0]
    assert pages.first_words(told) == [verdict.value for verdict in Verdict]


def test_every_figure_of_the_ledger_is_explained() -> None:
    told = pages.first_words(text_of("docs", "how-to", "read-the-ledger.md"))
    counted = {field.name for field in dataclasses.fields(LedgerRow)} - {"node", "title"}
    assert set(told) == counted | {"balanced"}


def test_shops_of_the_demo_are_those_of_the_tutorial() -> None:
    rows = re.findall(r"^\| (\S+) \| .* \| (yes|no) \|$", text_of("docs", "tutorial.md"), re.MULTILINE)
    assert rows == [(shop.title, "yes" if shop.receives_changes else "no") for shop in SHOPS]


def test_addresses_in_the_reference_are_those_of_the_hub() -> None:
    told = [word for word in pages.first_words(text_of("docs", "reference", "http.md")) if word.startswith("/")]
    served = {resolve(address).route for address in told}
    assert served == {str(pattern.pattern) for pattern in get_resolver().url_patterns}


@every_page
def test_links_lead_somewhere(page: Path) -> None:
    lost = [
        f"{target}#{heading}"
        for target, heading in pages.links(page)
        if not target.exists() or (heading and heading not in pages.headings(target))
    ]
    assert not lost


def test_every_page_can_be_reached_from_the_contents() -> None:
    listed = {target for target, _ in pages.links(ROOT / "docs" / "README.md")}
    missing = [pages.named(page) for page in (ROOT / "docs").rglob("*.md") if page not in listed and page.name != "README.md"]
    assert not missing


@every_page
def test_targets_of_make_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE))
    named = re.findall(r"(?:^|`)make ([a-z]+)", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(named) <= targets


@pytest.mark.parametrize("name", ["README.md", "README.ru.md"])
def test_readme_names_the_two_commands(name: str) -> None:
    assert {"make demo", "make test"} <= set(re.findall(r"make [a-z]+", text_of(name)))


@every_page
def test_examples_run(page: Path) -> None:
    examples = doctest.DocTestParser().get_doctest(pages.python_examples(page), {}, pages.named(page), str(page), 0)
    report: list[str] = []
    doctest.DocTestRunner().run(examples, out=report.append)
    assert not report, "".join(report)


@pytest.mark.parametrize("name", ["onec-exchange", "bitrix24-rest"])
def test_facts_named_in_comments_can_be_looked_up(name: str) -> None:
    page = text_of("docs", "facts", f"{name}.md")
    sections = set(re.findall(r"^##+ (\S+?)\.? ", page, re.MULTILINE))
    assert not source.cited(name) - sections


def test_identifiers_of_the_glossary_are_in_the_code() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src" / "uzel").rglob("*.py"))
    words = pages.first_words(text_of("docs", "glossary.md"))
    assert words
    assert not [word for word in words if not re.search(rf"\b{re.escape(word)}\b", code)]


def test_guide_of_users_names_the_fields_as_they_see_them() -> None:
    guide = text_of("docs", "user-guide.ru.md")
    assert not [field.label for field in DEAL_FIELDS if f"«{field.label}»" not in guide]


@pytest.mark.parametrize("word", FORBIDDEN)
def test_nothing_speaks_of_a_machine(word: str) -> None:
    found = [pages.named(path) for path in pages.files() if _speaks(path, word)]
    assert not found


def _speaks(path: Path, word: str) -> bool:
    if word.startswith("--") and path.name in MAY_NAME_FLAGS:
        return False
    return word in path.read_bytes().decode("utf-8", errors="ignore").lower()


def test_licence_is_the_one_that_is_promised() -> None:
    licence = text_of("LICENSE")
    assert "Apache License" in licence
    assert "Version 2.0, January 2004" in licence
    assert 'license = "Apache-2.0"' in text_of("pyproject.toml")
