"""What is wrong with a whole package; a fault of one document is a ``Problem`` inside it."""


class PackageError(ValueError):
    """The package cannot be read (further): ``code`` is for scripts, ``reason`` is for people, in Russian."""

    def __init__(self, code: str, reason: str, line: int | None = None) -> None:
        self.code = code
        self.reason = reason if line is None else f"{reason} (строка {line})"
        self.line = line
        super().__init__(self.reason)


class UnwritableDocument(ValueError):  # noqa: N818 - it is the document that is wrong
    """A document that the receiver could not accept was given to the writer unchecked."""
