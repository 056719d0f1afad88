"""The official schemas, for tests of what is written; they are not part of this repository."""

from functools import cache

import pytest
from lxml import etree

from tests.commerceml.samples import SAMPLES

SCHEMAS = SAMPLES / "schema"
NAMESPACE = "urn:1C.ru:commerceml_2"
needs_schemas = pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the official schemas are not here")


@cache
def _schema(version: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(SCHEMAS / f"CommerceML_{version}.xsd")))


def assert_valid(data: bytes, version: str) -> None:
    """A package as written, with the namespace added that no answer has."""
    root = etree.fromstring(data)
    for element in root.iter("*"):
        element.tag = f"{{{NAMESPACE}}}{element.tag}"
    _schema(version).assertValid(root)
