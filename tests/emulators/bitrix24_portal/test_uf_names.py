"""camelCase of user fields, by the table of the documentation."""

import pytest

from uzel.emulators.bitrix24_portal.uf_names import camel_case


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("UF_CRM_3_DIGIT", "ufCrm3Digit"),
        ("UF_CRM_10_DIGIT", "ufCrm10Digit"),
        ("UF_CRM_3_DIGIT10", "ufCrm_3_DIGIT10"),
        ("UF_CRM_3_DIGIT_10", "ufCrm_3_DIGIT_10"),
        ("UF_CRM_3_1747309727", "ufCrm3_1747309727"),
        ("UF_CRM_1747309879", "ufCrm_1747309879"),
        ("UF_CRM_UZEL_NODE", "ufCrmUzelNode"),
        ("UF_CRM_UZEL_NUM_1C", "ufCrm_UZEL_NUM_1C"),
        ("UF_USR_TABNUM", "ufUsrTabnum"),
    ],
)
def test_camel_case(name: str, shown: str) -> None:
    assert camel_case(name) == shown
