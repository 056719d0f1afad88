"""What the exchange needs in the portal is created, shown and undone."""
