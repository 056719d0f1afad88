"""What the tests of the documentation are made of can fail, too."""

import argparse
import ast
from pathlib import Path

from tests.docs import pages, source, tables
from tests.docs.command_line import rows_of, shape_of, shape_told

PAGE = r"""
## uzel add

| option | default | meaning |
| --- | --- | --- |
| `CODE` | required | name |
| `--kind a\|b` | a | kind |
| `--tag TAG …` |  | tags |
| `--loud, --no-loud` |  | noise |
"""


def small_parser(*, kinds: tuple[str, ...] = ("a", "b")) -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(prog="uzel")
    add = root.add_subparsers().add_parser("add")
    add.add_argument("code")
    add.add_argument("--kind", choices=kinds, default="a")
    add.add_argument("--tag", action="append", default=[])
    add.add_argument("--loud", action=argparse.BooleanOptionalAction, default=None)
    return root


def test_a_page_and_a_parser_have_one_shape() -> None:
    assert shape_told(PAGE) == shape_of(small_parser())


def test_another_choice_is_another_shape() -> None:
    known, told = rows_of(shape_of(small_parser(kinds=("a", "c")))), rows_of(shape_told(PAGE))
    assert known - told == {"uzel add: --kind a|c | a"}
    assert told - known == {"uzel add: --kind a|b | a"}


def test_zero_is_a_default_and_no_is_none() -> None:
    parser = argparse.ArgumentParser(prog="uzel")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    assert shape_of(parser) == {"uzel": {"--seed SEED": "0", "--json": ""}}


def test_a_stale_table_is_rewritten_and_the_rest_of_the_page_is_not() -> None:
    text = "before\n<!-- table: stages -->\n| old |\n<!-- end -->\nafter\n"
    assert tables.rewritten(text) == f"before\n<!-- table: stages -->\n{tables.TABLES['stages']()}<!-- end -->\nafter\n"


def test_a_bar_does_not_end_a_cell() -> None:
    assert tables.markdown(("a",), [("b|c",)]) == "| a |\n| --- |\n| b\\|c |\n"


def test_links_out_of_the_repository_are_nobodys() -> None:
    page = Path(__file__).parent / "unwritten.md"
    text = "[a](b.md#c) [d](https://example.org/) ![e](images/f.png)\n```\n[not](a-link.md)\n```\n[g](#h)"
    found = list(pages.links_in(text, page))
    assert [(target.name, heading) for target, heading in found] == [("b.md", "c"), ("f.png", ""), ("unwritten.md", "h")]


def test_headings_are_named_as_links_name_them() -> None:
    assert pages.headings_in("# The `init` step, twice\n```\n# no heading\n```\n") == {"the-init-step-twice"}


def test_reasons_are_found_beside_their_sentences() -> None:
    tree = ast.parse("""
REASONS = {"both_moved": "Изменено с обеих сторон"}
EMPTY = Refusal("empty_file", "Файл пуст.")
TABLE = {1: ("xml_broken", "Разметка XML нарушена"), 2: ("usd", "доллар сша")}
def look(job, outcome):
    what = f"Ставка «{outcome.text}» не понята"
    notes.add("vat_unknown", "Товар", what)
    fail(job, outcome.code or "portal_refused", f"Портал не принял заказ: {outcome.text}", now)
    return Refusal("no_session", outcome.text) if print("not_a_code") else None
""")
    assert dict(source.spoken(tree)) == {
        "both_moved": "Изменено с обеих сторон",
        "empty_file": "Файл пуст.",
        "xml_broken": "Разметка XML нарушена",
        "vat_unknown": "Ставка «…» не понята",
        "portal_refused": "Портал не принял заказ: …",
        "no_session": "",
    }


def test_settings_have_their_defaults() -> None:
    found = source.settings()
    assert found["UZEL_HOME"] == "var"
    assert found["UZEL_PART_LIMIT_BYTES"] == "8388608"
    assert found["UZEL_SECRET_KEY"] is None
