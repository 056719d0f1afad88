"""``python -m bench [NAME [options]]``: one bench, or all of them in the order of the table."""

import sys
from collections.abc import Callable, Mapping, Sequence

from bench import catalog, catalog_http, drain, exchanges, kills, load, portal, publish, reader, receive

#: A bench is a module with ``main(argv) -> exit status``; a new one is one line here.
BENCHES: Mapping[str, Callable[[Sequence[str]], int]] = {
    "reader": reader.main,
    "receive": receive.main,
    "catalog": catalog.main,
    "catalog_http": catalog_http.main,
    "publish": publish.main,
    "drain": drain.main,
    "portal": portal.main,
    "load": load.main,
    "exchanges": exchanges.main,
    "kills": kills.main,
}


def main(argv: Sequence[str]) -> int:
    """Exit status of the bench, or the worst of all."""
    if not argv:
        return max(run([]) for run in BENCHES.values())
    if argv[0] not in BENCHES:
        print(f"no bench named {argv[0]}; there are: {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    return BENCHES[argv[0]](argv[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
