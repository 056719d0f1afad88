"""Uzel: the exchange hub between one Bitrix24 portal and many 1C:Enterprise bases."""

__version__ = "0.1.0"
