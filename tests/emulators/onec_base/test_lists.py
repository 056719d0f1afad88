"""The button «Загрузить статусы / виды оплат / службы доставки» (mode=info)."""

import pytest

from tests.emulators.onec_base.conftest import MakeBase
from tests.emulators.onec_base.site import HTML_1251, Reply, Site, xml
from uzel.emulators.onec_base import ExchangeError
from uzel.emulators.onec_base.lists import Entry

LISTS = """<?xml version="1.0" encoding="windows-1251"?>
<Справочник>
 <Cтатусы><Элемент><Ид>N</Ид><Название>Принят</Название></Элемент><Элемент><Ид>F</Ид><Название>Выполнен</Название></Элемент></Cтатусы>
 <ПлатежныеСистемы>
  <Элемент><Ид>1</Ид><Название>Наличные</Название><ТипОплаты>Наличная оплата</ТипОплаты></Элемент>
  <Элемент><Ид>9</Ид><Название>Бартер</Название><ТипОплаты>Обмен</ТипОплаты></Элемент>
  <Элемент><Ид/><Название>Никакая</Название></Элемент>
 </ПлатежныеСистемы>
 <СлужбыДоставки><Элемент><Ид>2</Ид><Название>Курьер</Название></Элемент></СлужбыДоставки>
</Справочник>"""


@pytest.mark.parametrize("letter", ["C", "С"], ids=["latin", "cyrillic"])
def test_lists_of_the_site(site: Site, make_base: MakeBase, letter: str) -> None:
    site.reply("info", xml(LISTS.replace("Cтатусы", letter + "татусы")))
    lists = make_base().info()
    assert lists.statuses == (Entry("N", "Принят"), Entry("F", "Выполнен"))
    assert lists.payments == (Entry("1", "Наличные", "Наличная оплата"), Entry("9", "Бартер"))
    assert lists.deliveries == (Entry("2", "Курьер"),)


def test_path_of_info_is_hard_coded_and_no_init_stands_before_it(site: Site, make_base: MakeBase) -> None:
    site.reply("info", xml(LISTS))
    make_base().info()
    assert [(one.path, one.query) for one in site.asked] == [
        ("/1c/shop", "type=sale&mode=checkauth"),
        ("/bitrix/admin/1c_exchange.php", "type=sale&mode=info&sessid=t0ken"),
    ]


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(b"", HTML_1251), "Не удалось прочитать данные"),
        (Reply(b"\xef\xbb\xbf" + LISTS.encode(), "application/xml; charset=utf-8"), "Не удалось прочитать данные"),
        (Reply("failure\nНет прав".encode("cp1251"), HTML_1251), "Сервер сообщил об ошибке: Нет прав"),
        (Reply(LISTS[:-3].encode("cp1251"), HTML_1251), "Не удалось прочитать данные"),
    ],
)
def test_lists_that_cannot_be_read(site: Site, make_base: MakeBase, reply: Reply, error: str) -> None:
    site.reply("info", reply)
    with pytest.raises(ExchangeError, match=error):
        make_base().info()
