"""What libxml2 complains of, in plain Russian, with a stable code."""

from collections.abc import Mapping

from lxml import etree

from uzel.commerceml import tags
from uzel.commerceml.errors import PackageError

_BROKEN = ("xml_broken", "Разметка XML нарушена")
_TOO_DEEP = ("too_deep", "Элементы вложены слишком глубоко")
_TOO_LONG = ("text_too_long", "В файле есть слишком длинный текст")
#: By libxml2's numbers of errors; what is not listed is simply broken.
_REASONS: Mapping[int, tuple[str, str]] = {
    etree.ErrorTypes.ERR_DOCUMENT_END: ("trailing_content", "После конца документа в файле есть что-то ещё"),
    etree.ErrorTypes.ERR_INVALID_ENCODING: ("encoding_broken", "Байты не соответствуют кодировке файла"),
    etree.ErrorTypes.ERR_INVALID_CHAR: ("character_forbidden", "В файле есть символ, запрещённый в XML"),
    etree.ErrorTypes.ERR_UNDECLARED_ENTITY: ("entity_unknown", "В файле есть неизвестная сущность вида &имя;"),
}
_RESOURCE_LIMIT_CODE = 114  # XML_ERR_RESOURCE_LIMIT, which lxml has no name for


def broken(error: etree.XMLSyntaxError) -> PackageError:
    """The reason for an error in the middle of a package."""
    number: int = getattr(error, "code", 0)
    if number == _RESOURCE_LIMIT_CODE:
        return PackageError(*(_TOO_DEEP if "depth" in error.msg.lower() else _TOO_LONG), error.lineno)
    code, reason = _REASONS.get(number, _BROKEN)
    return PackageError(code, reason, error.lineno)


def truncated(error: etree.XMLSyntaxError) -> PackageError:
    """The reason for an error that shows only when the file is over."""
    return PackageError("truncated", f"Файл обрывается: нет конца элемента «{tags.ROOT}»", error.lineno or None)
