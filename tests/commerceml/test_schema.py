"""Everything the writer emits is valid under the official schema of its version, and reads back equal.

``UZEL_ORDERS`` makes more of them: ``make schema`` takes 10000.
"""

import os
from dataclasses import replace

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from tests.commerceml.documents import FORMED_AT
from tests.commerceml.schema import assert_valid, needs_schemas
from tests.commerceml.test_round_trip import back, orders, payments
from uzel.commerceml import tags
from uzel.commerceml.dialects import DIALECTS
from uzel.commerceml.document import Document
from uzel.commerceml.writer import write_package

ORDERS = int(os.environ.get("UZEL_ORDERS", "300"))
PART = 250  # orders of one hunt
checked = {name: dialect for name, dialect in DIALECTS.items() if dialect.xsd}
#: «Эквайринговая операция» is a word of UNF and Bitrix that no official schema knows.
OFFICIAL = [name for name in tags.PAYMENT_OPERATIONS if name != "Эквайринговая операция"]
encodings = st.sampled_from(["utf-8", "windows-1251"])


@needs_schemas
@pytest.mark.parametrize("part", range(-(-ORDERS // PART)))
def test_every_order_is_valid_and_reads_back_equal(part: int) -> None:
    @seed(part)
    @settings(max_examples=min(PART, ORDERS - part * PART), deadline=None, database=None)
    @given(orders(), st.lists(payments(OFFICIAL), max_size=2), st.sampled_from(sorted(checked)), encodings)
    def check(order: Document, paid: list[Document], name: str, encoding: str) -> None:
        dialect = checked[name]
        document = replace(order, subordinates=tuple(paid)) if dialect.subordinates else order
        assert_valid(write_package([document], dialect, formed_at=FORMED_AT, encoding=encoding), dialect.xsd)
        assert back([document], name, encoding) == [document]

    check()
