"""``python -m fuzz [--seconds N] [harness…]``: each harness in a process of its own, for so long, within so much memory."""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from fuzz.harnesses import HARNESSES, ROOT

MEMORY_MB = 512  # the readers themselves take some 60
ONE_INPUT_SECONDS = 10
LONGEST_BYTES = 16384
FINDS = ROOT / "var" / "fuzz"


def main() -> None:
    """Run them one after another; the first find ends it with a failure."""
    parser = argparse.ArgumentParser(prog="python -m fuzz")
    parser.add_argument("harness", nargs="*", default=list(HARNESSES), help="all of them if none is named")
    parser.add_argument("--seconds", type=int, default=60, help="for each harness")
    options = parser.parse_args()
    FINDS.mkdir(parents=True, exist_ok=True)
    for name in options.harness:
        print(f"{name}: {options.seconds} s", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            corpus, words = Path(folder) / "corpus", Path(folder) / "words"
            corpus.mkdir()
            for number, seed in enumerate(HARNESSES[name].seeds):
                (corpus / str(number)).write_bytes(seed)
            words.write_text(_dictionary(HARNESSES[name].seeds) or '"PK"\n')
            command = [
                sys.executable, "-m", "fuzz.one", name, str(corpus), f"-max_total_time={options.seconds}",
                f"-rss_limit_mb={MEMORY_MB}", f"-malloc_limit_mb={MEMORY_MB // 2}", f"-timeout={ONE_INPUT_SECONDS}",
                f"-max_len={LONGEST_BYTES}",
                f"-dict={words}", f"-artifact_prefix={FINDS}/{name}-", "-print_final_stats=1", "-verbosity=0",
            ]  # fmt: skip
            if subprocess.run(command, cwd=ROOT, check=False).returncode:
                sys.exit(f"{name}: found something, see {FINDS}")


def _dictionary(seeds: tuple[bytes, ...]) -> str:
    """Tags and parameters of the seeds, as libFuzzer wants words: a mutation of bytes alone finds no Russian tag."""
    words = {word for seed in seeds for word in re.findall(rb"</?[^\s<>]{1,60}>?|[a-z]+=", seed)}
    return "".join('"' + "".join(f"\\x{byte:02x}" for byte in word) + '"\n' for word in sorted(words))


if __name__ == "__main__":
    main()
