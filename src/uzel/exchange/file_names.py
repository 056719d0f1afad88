"""Names that a base gives to its files: only a plain name of an .xml or a .zip is accepted."""

import re
from collections.abc import Callable

NAME_LENGTH = 200  # characters
_SCRIPT = re.compile(r"(?i)\.(php\d?|phtml|phar|asp|aspx|jsp|cgi|pl|py|rb|sh|bat|cmd|exe|dll|js|htaccess)(\.|\s|$)")


def has_controls(name: str) -> bool:
    """Are there characters that nobody types?"""
    return any(ord(letter) < 32 or ord(letter) == 127 for letter in name)


def is_script(name: str) -> bool:
    """Is it a file that somebody might run?"""
    return _SCRIPT.search(name) is not None


#: First row that applies is the reason.
NAME_RULES: tuple[tuple[Callable[[str], object], str], ...] = (
    (lambda name: not name.strip(), "Не указано имя файла (filename)."),
    (lambda name: len(name) > NAME_LENGTH, f"Имя файла длиннее {NAME_LENGTH} символов."),
    (has_controls, "В имени файла недопустимые символы."),
    (lambda name: ".." in name, "Имя файла выводит за пределы каталога обмена."),
    (lambda name: re.match(r"[A-Za-z]:|\\", name), "Имя файла содержит путь Windows, нужно только имя."),
    (lambda name: name.startswith(("/", "~")), "Имя файла содержит абсолютный путь, нужно только имя."),
    (lambda name: re.search(r"[/\\:*?\"<>|]", name), "Имя файла содержит путь, нужно только имя."),
    (is_script, "Файлы программ и сценариев не принимаются."),
    (lambda name: not name.lower().endswith((".xml", ".zip")), "Принимаются только файлы .xml и .zip."),
)


def name_problem(name: str) -> str:
    """Why a file name is refused, in Russian; empty for a good one."""
    return next((reason for applies, reason in NAME_RULES if applies(name)), "")
