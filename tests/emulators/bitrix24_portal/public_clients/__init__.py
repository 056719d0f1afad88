"""Clients of Bitrix24 that others wrote, unchanged, against the emulated portal."""
