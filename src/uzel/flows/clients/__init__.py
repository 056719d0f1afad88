"""Counterparties of orders and their cards in the portal, each way."""
