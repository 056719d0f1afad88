"""Both sides of the exchange without a portal and without a 1C; nothing here knows the hub."""
