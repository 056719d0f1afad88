"""Names that a base gives to its files: an .xml or a .zip, and with a catalogue pictures and folders, too."""

import re
from collections.abc import Callable

NAME_LENGTH = 200  # characters
PICTURES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp")
_WORK_FOLDER = re.compile(r"^/?(tmp|upload/1c/webdata)/+")
_SCRIPT = re.compile(r"(?i)\.(php\d?|phtml|phar|asp|aspx|jsp|cgi|pl|py|rb|sh|bat|cmd|exe|dll|js|htaccess)(\.|\s|$)")


def has_controls(name: str) -> bool:
    """Are there characters that nobody types?"""
    return any(ord(letter) < 32 or ord(letter) == 127 for letter in name)


def is_script(name: str) -> bool:
    """Is it a file that somebody might run?"""
    return _SCRIPT.search(name) is not None


def without_work_folder(name: str) -> str:
    """A 1C server on Linux names its file with the folder where it lies, some clients with the site's (onec-exchange 1.4)."""
    return _WORK_FOLDER.sub("", name)


Rules = tuple[tuple[Callable[[str], object], str], ...]

#: First row that applies is the reason. Nothing is written to disk under a name of a base, whatever it is.
SAFE_RULES: Rules = (
    (lambda name: not name.strip(), "Не указано имя файла (filename)."),
    (lambda name: len(name) > NAME_LENGTH, f"Имя файла длиннее {NAME_LENGTH} символов."),
    (has_controls, "В имени файла недопустимые символы."),
    (lambda name: ".." in name, "Имя файла выводит за пределы каталога обмена."),
    (lambda name: re.match(r"[A-Za-z]:|\\", name), "Имя файла содержит путь Windows, нужно только имя."),
    (lambda name: name.startswith(("/", "~")), "Имя файла содержит абсолютный путь, нужно только имя."),
    (is_script, "Файлы программ и сценариев не принимаются."),
)
NAME_RULES: Rules = (
    *SAFE_RULES,
    (lambda name: re.search(r"[/\\:*?\"<>|]", name), "Имя файла содержит путь, нужно только имя."),
    (lambda name: not name.lower().endswith((".xml", ".zip")), "Принимаются только файлы .xml и .zip."),
)
CATALOG_NAME_RULES: Rules = (
    *SAFE_RULES,
    (
        lambda name: not name.lower().endswith((".xml", ".zip", *PICTURES)),
        f"Принимаются только файлы .xml, .zip и картинки {', '.join(PICTURES)}.",
    ),
)


def name_problem(name: str) -> str:
    """Why a file name is refused, in Russian; empty for a good one."""
    return next((reason for applies, reason in NAME_RULES if applies(name)), "")


def catalog_name_problem(name: str) -> str:
    """The same for a file of a catalogue, which may be a picture and stand in a folder: ``import_files/1a/1a2b.jpg``."""
    return next((reason for applies, reason in CATALOG_NAME_RULES if applies(name)), "")


def is_picture(name: str) -> bool:
    """Is it a picture of goods, by its name?"""
    return name.lower().endswith(PICTURES)
