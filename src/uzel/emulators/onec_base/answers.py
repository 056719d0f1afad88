"""What each client accepts: the acceptance table of onec-exchange 1.3 as pure functions over the answer's text."""

import codecs
import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from encodings import cp1251

from uzel.emulators.onec_base.errors import ExchangeError
from uzel.emulators.onec_base.profiles import Settings

MAX_SHOWN_CHARS = 255  # longer bodies are not shown to the user
MAX_UNPACKED_BYTES = 512 * 1024 * 1024
UNREADABLE = "Не удалось прочитать данные, загруженные с сервера"
# The platform gives byte 0x98 its control character, where Python has a hole: without this a UTF-8 body under a
# windows-1251 header («И» is D0 98) would be read well here and badly in 1C.
_CP1251 = cp1251.decoding_table.replace("\ufffe", "\x98")


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply as bytes, with what the client looks at beside them."""

    status: int
    content_type: str
    body: bytes

    @property
    def text(self) -> str:
        """The body decoded as the client does it."""
        return decode_body(self.body, self.content_type)


@dataclass(frozen=True, slots=True)
class Auth:
    """Lines 2 to 5 of the answer to checkauth; the fifth comes with a catalogue alone."""

    cookie_name: str = ""
    cookie_value: str = ""
    sessid_line: str = ""
    timestamp_line: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """What init says: whether to pack and into how large parts to cut (-1 and 0 mean one piece)."""

    zip: bool = False
    file_limit: int = -1


def decode_body(body: bytes, content_type: str) -> str:
    """Decode as UNF does: the header's charset or UTF-8; on U+FFFD the text after ``charset=`` to the END of the
    header, then windows-1251, then UTF-8 (onec-exchange 1.3)."""
    tail = content_type.lower().partition("charset=")[2].strip()
    first = tail.partition(";")[0].strip().strip('"') or "utf-8"
    text = ""
    for name in (first if _is_codec(first) else "utf-8", tail, "windows-1251", "utf-8"):
        if not _is_codec(name):
            continue
        text = _decode(body, name)
        if "\ufffd" not in text:
            return text
    return text


def _decode(body: bytes, name: str) -> str:
    if codecs.lookup(name).name == "cp1251":
        return codecs.charmap_decode(body, "replace", _CP1251)[0]
    return body.decode(name, errors="replace")


def _is_codec(name: str) -> bool:
    try:
        return bool(name) and codecs.lookup(name) is not None
    except LookupError:
        return False


def first_line(text: str) -> str:
    """First line, trimmed and lower-cased."""
    return text.partition("\n")[0].strip().lower()


def read_checkauth(answer: Answer) -> Auth:
    """Cookie and sessid of the new session."""
    lines = [line.strip() for line in answer.text.split("\n")]
    if lines[0].lower() != "success":
        raise ExchangeError("Ошибка авторизации на сервере" + _shown(answer.text))
    lines += [""] * 5
    return Auth(lines[1], lines[2], lines[3], lines[4])


def read_init(answer: Answer, settings: Settings) -> Limits:
    """Packing and part size; UT wants exactly as many lines as it knows, UNF at least two.

    The configurations look at nothing else: after ``failure`` and a reason, two lines, they go on without zip and
    without splitting. Bitrix's module stops there.
    """
    text = answer.text
    lines = text.split("\n")
    if first_line(text) == "failure" and settings.profile == "bitrix":
        raise ExchangeError("Ошибка установки параметров обмена" + _shown(text))
    # A trailing newline counts as one more line: the reading that is safest to be strict about.
    if settings.init_lines and len(lines) != settings.init_lines:
        raise ExchangeError(f"Ответ на init: ожидалось строк {settings.init_lines}, получено {len(lines)}")
    if settings.protocol_bitrix and len(lines) < 2:
        raise ExchangeError("Ответ на init: нет параметра file_limit" + _shown(text))
    limit = re.fullmatch(r"file_limit\s*=\s*(\d+)", lines[1].strip().lower()) if len(lines) > 1 else None
    return Limits(first_line(text) == "zip=yes", int(limit.group(1)) if limit else -1)


def read_query(answer: Answer, settings: Settings) -> str:
    """XML text of the orders; nothing at all may stand before ``<?xml``."""
    starts = ("<?xml", "<КоммерческаяИнформация") if settings.profile == "unf" else ("<?xml",)
    text = read_xml(answer, starts)
    if settings.require_cp1251 and "windows-1251" not in text.partition("?>")[0].lower():
        raise ExchangeError("Модуль обмена принимает документы только в кодировке windows-1251")
    return text


def read_xml(answer: Answer, starts: tuple[str, ...] = ("<?xml",)) -> str:
    """Text of an XML answer, out of its zip if it came in one; the server's own words when it refused."""
    if answer.body.startswith(b"PK"):
        return _unpack(answer.body)
    text = answer.text
    if text.startswith("failure"):
        raise ExchangeError("Сервер сообщил об ошибке" + _shown(text.partition("\n")[2] or text))
    if not text.startswith(starts):
        raise ExchangeError(UNREADABLE + _shown(text))
    return text


def read_file(answer: Answer) -> str:
    """Status of a sent part; returns the lines after ``success`` («расширенный статус»)."""
    line, _, rest = answer.text.partition("\n")
    if line.strip().lower() != "success":
        raise ExchangeError("Файл не принят сервером" + _shown(answer.text))
    return rest.strip()


def read_import(answer: Answer) -> tuple[bool, str]:
    """Whether the file is done, and the server's words."""
    line, _, rest = answer.text.partition("\n")
    word = line.strip().lower()
    if word not in ("progress", "success"):
        raise ExchangeError("Ошибка загрузки данных на сервере" + _shown(answer.text))
    return word == "success", rest.strip()


def read_fetch_init(answer: Answer) -> None:
    """One line about zip."""
    if answer.text not in ("zip=yes\n", "zip=no\n"):
        raise ExchangeError("Ответ на init при загрузке каталога не понят" + _shown(answer.text))


def read_piece(answer: Answer) -> str | None:
    """XML text of a piece of the catalogue, whatever the site says in front of it; ``None``: there is no more."""
    text = answer.text
    if text == "finished=yes\n":
        return None
    words, start, xml = text.partition("<?xml")
    if text.startswith("failure"):
        raise ExchangeError("Сервер сообщил об ошибке" + _shown(text.partition("\n")[2] or text))
    if not start or "<" in words:
        raise ExchangeError(UNREADABLE + _shown(text))
    return start + xml


def read_success(answer: Answer) -> None:
    """Anything is fine unless it begins with ``failure``."""
    if answer.text.startswith("failure"):
        raise ExchangeError("Сервер не подтвердил получение заказов" + _shown(answer.text))


def _unpack(body: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            found = next((one for one in archive.infolist() if one.filename.lower().endswith(".xml")), None)
            if found is None or found.file_size > MAX_UNPACKED_BYTES:
                raise ExchangeError(UNREADABLE)
            data = archive.read(found)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise ExchangeError(f"{UNREADABLE}: архив повреждён") from error
    declared = re.match(rb"[^>]{0,200}?encoding=[\"']([\w-]+)", data)
    return decode_body(data.removeprefix(codecs.BOM_UTF8), f"charset={declared.group(1).decode()}" if declared else "")


def _shown(text: str) -> str:
    """The server's words for the user, when they are short and no HTML page."""
    words = text.strip()
    return f": {words}" if words and len(words) < MAX_SHOWN_CHARS and "<html" not in words.lower() else ""
