"""The page in a real browser: a manager moves, edits and makes deals by hand."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulators.bitrix24_portal.client import Client
from uzel.emulators.bitrix24_portal import RunningPortal

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]
EVIL = "<img src=x onerror=\"document.title='broken'\">"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync = pytest.importorskip("playwright.sync_api")
    with sync.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def page(portal: RunningPortal, rest: Client, browser: Any) -> Iterator[Any]:
    rest.add_field(
        "UF_CRM_UZEL_NODE", "enumeration", editFormLabel={"ru": "Узел обмена"}, enum=[{"value": "Лесная"}, {"value": "Мира"}]
    )
    rest.add_field("UF_CRM_UZEL_PROMO", editFormLabel={"ru": "Промокод"})
    rows = [{"productName": "Чайник", "price": 100, "quantity": 2}]
    portal.manager_create(2, {"title": "Заказ 1"}, rows)
    portal.manager_create(2, {"title": EVIL})
    shown = browser.new_page()
    problems: list[str] = []
    shown.on("pageerror", lambda error: problems.append(str(error)))
    shown.goto(portal.url + "/")
    shown.wait_for_selector('.deal[data-id="1"]')
    yield shown
    assert problems == []
    assert shown.title() == "Портал · эмулятор Bitrix24", "a deal's title must stay a text"
    shown.close()


def saved(page: Any) -> None:
    page.click("dialog .save")
    page.wait_for_selector("dialog:not([open])", state="attached")


def test_a_card_is_edited_in_the_name_of_a_manager(portal: RunningPortal, page: Any) -> None:
    page.select_option("#user", label="Гусева Ольга Сергеевна")
    page.click('.deal[data-id="1"]')
    page.click('dialog .stages button:has-text("В работе")')
    page.fill('dialog [name="UF_CRM_UZEL_PROMO"]', "ЛЕТО")
    page.select_option('dialog [name="assignedById"]', label="Ёлкин Юрий Андреевич")
    page.fill('dialog [aria-label="Количество"]', "3")
    page.fill('dialog [name="comments"]', "позвонить")
    saved(page)
    deal = portal.state()["deals"][0]
    assert (deal["updatedBy"], deal["createdBy"], deal["assignedById"]) == (4, 2, 5)
    assert (deal["stageId"], deal["UF_CRM_UZEL_PROMO"], deal["comments"]) == ("EXECUTING", "ЛЕТО", "позвонить")
    assert (deal["rows"][0]["quantity"], deal["opportunity"]) == (3, 300)
    page.wait_for_selector('.stage[data-stage="EXECUTING"] .deal[data-id="1"]')


def test_a_deal_made_by_hand_goes_to_a_node(portal: RunningPortal, page: Any) -> None:
    page.click("#create")
    page.fill("dialog .title", "Заказ по телефону")
    page.select_option('dialog [name="UF_CRM_UZEL_NODE"]', label="Мира")
    page.click("text=+ Добавить товар")
    page.fill('dialog [aria-label="Наименование"]', "Плед")
    page.fill('dialog [aria-label="Цена"]', "1 500,50")
    saved(page)
    deal = portal.state()["deals"][2]
    assert (deal["title"], deal["createdBy"], deal["UF_CRM_UZEL_NODE"]) == (
        "Заказ по телефону",
        2,
        portal.enum_id("UF_CRM_UZEL_NODE", "Мира"),
    )
    assert (deal["rows"][0]["productName"], str(deal["opportunity"])) == ("Плед", "1500.50")


def test_an_untouched_card_is_no_edit(portal: RunningPortal, page: Any) -> None:
    page.click('.deal[data-id="1"]')
    assert page.is_disabled("dialog .save")
    page.keyboard.press("Enter")
    assert page.is_visible("dialog")
    page.click('dialog [aria-label="Закрыть"]')
    assert portal.state()["deals"][0]["updatedBy"] == 2


def test_a_card_is_dragged_to_another_stage(portal: RunningPortal, page: Any) -> None:
    page.drag_and_drop('.deal[data-id="1"]', '.stage[data-stage="EXECUTING"]')
    page.wait_for_selector('.stage[data-stage="EXECUTING"] .deal[data-id="1"]')
    assert portal.state()["deals"][0]["stageId"] == "EXECUTING"


def test_what_the_portal_refuses_is_told(page: Any, portal: RunningPortal) -> None:
    page.click('.deal[data-id="1"]')
    page.fill('dialog [aria-label="Наименование"]', "")
    page.keyboard.press("Tab")
    page.click("dialog .save")
    page.wait_for_selector("#toast.error")
    assert portal.state()["deals"][0]["rows"][0]["productName"] == "Чайник"


def test_the_search(page: Any) -> None:
    page.fill("#search", "заказ 1")
    page.wait_for_selector('.deal[data-id="2"]', state="detached")
    assert page.locator(".deal").count() == 1


def test_a_row_of_a_product_says_so(portal: RunningPortal, page: Any) -> None:
    portal.add_product(9621, "Плед")
    portal.manager_edit(1, rows=[{"productId": 9621, "price": 10}, {"productName": "Упаковка"}])
    page.reload()
    page.wait_for_selector('.deal[data-id="1"]')
    assert "товаров в каталоге 1" in page.inner_text(".counters")
    page.click('.deal[data-id="1"]')
    page.wait_for_selector("dialog[open] .tied")
    assert [mark.inner_text() for mark in page.query_selector_all("dialog .tied")] == ["товар 9621"]
