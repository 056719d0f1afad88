"""HTTP: the exchange page and the portal's events."""
