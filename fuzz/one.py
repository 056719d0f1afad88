"""One harness under atheris; everything of ours that it runs is watched for coverage."""

import sys

import atheris

with atheris.instrument_imports(include=["uzel"]):
    from fuzz.harnesses import HARNESSES

atheris.Setup([sys.argv[0], *sys.argv[2:]], HARNESSES[sys.argv[1]].run)
atheris.Fuzz()
