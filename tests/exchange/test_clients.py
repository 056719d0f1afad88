"""By what a client is recognised, and what answers it."""

import pytest

from uzel.commerceml.dialects import DIALECTS
from uzel.exchange.clients import BY_NAME, CLIENTS, USUAL, answered_as, by_file, by_init
from uzel.sync.locks import NUMBER_LIMIT


def name_of(client: object) -> str:
    return getattr(client, "name", "")


def test_every_client_has_a_shape_and_a_profile() -> None:
    assert {client.shape for client in CLIENTS} == set(DIALECTS)
    assert {client.profile for client in CLIENTS} == set(USUAL) == set(NUMBER_LIMIT)
    assert len(BY_NAME) == len(CLIENTS)


@pytest.mark.parametrize(
    ("version", "cml_version", "name"),
    [
        ("", "", ""),
        ("", "2.10", "unf_30_subordinate"),
        ("2.09", "2.10", "unf_30_subordinate"),
        ("2.09", "2.1", "unf_30_subordinate"),
        ("", "2.09", ""),
        ("", "nonsense", ""),
        ("2.08", "", "bitrix_209"),
        ("2.09", "", "bitrix_209"),
        ("3.1", "", "bitrix_31"),
    ],
)
def test_an_init_may_name_the_client(version: str, cml_version: str, name: str) -> None:
    assert name_of(by_init(version, cml_version)) == name


@pytest.mark.parametrize(
    ("schema", "namespace", "profile", "name"),
    [
        ("2.05", "urn:1C.ru:commerceml_205", "unf", "unf_16"),
        ("2.08", "urn:1C.ru:commerceml_210", "unf", "unf_30"),
        ("2.10", "urn:1C.ru:commerceml_210", "unf", "unf_30_subordinate"),
        ("2.03", "", "ut", "ut_103"),
        ("2.04", "", "ut", "ut_103"),
        ("2.07", "urn:1C.ru:commerceml_2", "ut", "ut_11"),
        ("2.05", "", "bitrix", "bitrix_205"),
        ("2.08", "urn:1C.ru:commerceml_2", "bitrix", "bitrix_209"),
        ("3.1", "urn:1C.ru:commerceml_3", "bitrix", "bitrix_31"),
        # within its profile a version is enough, whatever the namespace
        ("2.07", "", "ut", "ut_11"),
        # a client of another profile is told by both
        ("2.07", "urn:1C.ru:commerceml_2", "unf", "ut_11"),
        ("3.1", "urn:1C.ru:commerceml_3", "unf", "bitrix_31"),
        ("2.08", "urn:1C.ru:commerceml_210", "bitrix", "bitrix_209"),
        ("2.07", "", "unf", ""),
        ("2.99", "urn:1C.ru:commerceml_2", "ut", ""),
        ("", "", "ut", ""),
    ],
)
def test_a_file_may_name_its_writer(schema: str, namespace: str, profile: str, name: str) -> None:
    assert name_of(by_file(schema, namespace, profile)) == name


@pytest.mark.parametrize(
    ("profile", "pinned", "heard", "version", "cml_version", "name"),
    [
        ("unf", "", "", "", "", "unf_30"),
        ("unf", "", "unf_16", "", "", "unf_16"),
        ("unf", "", "unf_16", "", "2.10", "unf_30_subordinate"),
        # «Подчинённые документы» were switched off again: init no longer asks for them
        ("unf", "", "unf_30_subordinate", "", "", "unf_30"),
        ("ut", "", "ut_103", "", "", "ut_103"),
        ("bitrix", "", "bitrix_31", "2.09", "", "bitrix_209"),
        # another profile is never followed
        ("unf", "", "ut_11", "", "", "unf_30"),
        ("ut", "", "", "3.1", "", "ut_11"),
        # a pin stands, whatever is heard
        ("unf", "unf_16", "unf_30", "", "2.10", "unf_16"),
        ("unf", "unf_30_subordinate", "", "", "", "unf_30_subordinate"),
    ],
)
def test_who_is_answered(profile: str, pinned: str, heard: str, version: str, cml_version: str, name: str) -> None:
    assert answered_as(profile, pinned, heard, version, cml_version).name == name
