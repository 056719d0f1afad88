"""Files of the repository and what a page of Markdown holds."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_PYTHON = re.compile(r"^```(?:python|pycon)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def files() -> list[Path]:
    """Every file that is or would be committed."""
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    paths = (ROOT / name for name in listed.stdout.decode().split("\0") if name)
    return sorted(path for path in paths if path.is_file())


def markdown_files() -> list[Path]:
    """Every page."""
    return [path for path in files() if path.suffix == ".md"]


def named(path: Path) -> str:
    """A file as people call it."""
    return path.relative_to(ROOT).as_posix()


def links(page: Path) -> list[tuple[Path, str]]:
    """Targets inside the repository that a page names."""
    return list(links_in(page.read_text(encoding="utf-8"), page))


def links_in(text: str, page: Path) -> Iterator[tuple[Path, str]]:
    """The file and the heading in it, which may be empty."""
    for target in _LINK.findall(_FENCE.sub("", text)):
        if not re.match(r"[a-z]+:", target):
            name, _, heading = target.partition("#")
            yield (page.parent / name).resolve() if name else page, heading


def headings(page: Path) -> set[str]:
    """Headings of a page as links name them."""
    return headings_in(page.read_text(encoding="utf-8"))


def headings_in(text: str) -> set[str]:
    """Without marks, in small letters, with hyphens."""
    found = re.findall(r"^#+ (.*)$", _FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).strip().replace(" ", "-") for line in found}


def python_examples(page: Path) -> str:
    """Code of a page that runs when typed, as one session."""
    blocks = _PYTHON.findall(page.read_text(encoding="utf-8"))
    return "\n".join(block for block in blocks if ">>>" in block)


def first_words(page: str) -> list[str]:
    """Words of the code that open the rows of a page's tables."""
    return re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE)
