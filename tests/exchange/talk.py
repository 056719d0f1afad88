"""A 1C client for tests: requests exactly as 1C writes them, through Django's test client; and small CommerceML files."""

import base64
import io
import zipfile
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from uzel.hub.models import Node, Portal
from uzel.hub.passwords import hash_password

PASSWORD = "секрет: 1"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
ROOT = '<КоммерческаяИнформация xmlns="urn:1C.ru:commerceml_2" ВерсияСхемы="2.07" ДатаФормирования="2026-01-10T10:00:00">'
CLOSING = "</КоммерческаяИнформация>"


def make_node(code: str = "shop", **fields: Any) -> Node:
    """A base in the hub, known by login ``<code>-login``."""
    fields = {"portal": Portal.objects.get_or_create(code="main")[0], "title": f"Магазин {code}", **fields}
    return Node.objects.create(code=code, login=f"{code}-login", password_hash=hash_password(PASSWORD), **fields)


def order(document_id: str, number: str = "1", total: str = "100", requisites: dict[str, str] | None = None) -> str:
    """An order as UT writes it."""
    values = "".join(
        f"<ЗначениеРеквизита><Наименование>{name}</Наименование><Значение>{value}</Значение></ЗначениеРеквизита>"
        for name, value in (requisites or {"Проведен": "false"}).items()
    )
    return (
        f"<Документ><Ид>{document_id}</Ид><Номер>{number}</Номер><Дата>2026-01-10</Дата><ХозОперация>Заказ товара</ХозОперация>"
        f"<Роль>Продавец</Роль><Валюта>руб</Валюта><Курс>1</Курс><Сумма>{total}</Сумма><Контрагенты><Контрагент><Ид>buyer</Ид>"
        "<Наименование>Иванов Иван</Наименование><Роль>Покупатель</Роль></Контрагент></Контрагенты><Время>00:00:00</Время>"
        f"<Товары><Товар><Ид>item</Ид><Наименование>Стул</Наименование><ЦенаЗаЕдиницу>{total}</ЦенаЗаЕдиницу>"
        f"<Количество>1</Количество><Сумма>{total}</Сумма></Товар></Товары>"
        f"<ЗначенияРеквизитов>{values}</ЗначенияРеквизитов></Документ>"
    )


def package(*documents: str) -> bytes:
    """A file of documents."""
    return (HEAD + ROOT + "\n".join(documents) + CLOSING).encode()


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip in memory."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target.getvalue()


def basic(login: str, password: str = PASSWORD) -> str:
    """The header that the 1C platform adds to every request."""
    return "Basic " + base64.b64encode(f"{login}:{password}".encode()).decode()


@dataclass
class Talk:
    """One base talking. ``ask`` returns the body as text; ``answer`` keeps the whole last response."""

    code: str = "shop"
    path: str | None = None
    kind: str = "sale"
    authorization: str | None = field(default=None)
    cookie: str = ""
    sessid: str = ""
    answer: Any = None

    def __post_init__(self) -> None:
        self.path = f"/1c/{self.code}/bitrix/admin/1c_exchange.php" if self.path is None else self.path
        self.authorization = basic(f"{self.code}-login") if self.authorization is None else self.authorization

    def ask(self, mode: str, parameters: str = "", body: bytes | None = None) -> str:
        """One step; a body makes it a POST, as with 1C."""
        query = f"type={self.kind}&mode={mode}{self.sessid and '&' + self.sessid}{parameters}"
        headers = {"Authorization": self.authorization} if self.authorization else {}
        if self.cookie:
            headers["Cookie"] = self.cookie
        send = Client(headers=headers)
        if body is None:
            self.answer = send.get(f"{self.path}?{query}")
        else:
            self.answer = send.post(f"{self.path}?{query}", body, content_type="application/octet-stream")
        return self.text

    @property
    def text(self) -> str:
        """The last answer, decoded as its header says."""
        charset = self.answer["Content-Type"].partition("charset=")[2]
        return self.answer.content.decode(charset)

    def open(self, *, sessid: bool = True) -> "Talk":
        """checkauth; lines 2 to 4 are used as 1C uses them."""
        lines = self.ask("checkauth").split("\n")
        assert lines[0] == "success", lines
        self.cookie, self.sessid = f"{lines[1]}={lines[2]}", lines[3] if sessid else ""
        return self

    def send(self, body: bytes, name: str = "orders.xml") -> str:
        """mode=file."""
        return self.ask("file", f"&filename={name}", body)
