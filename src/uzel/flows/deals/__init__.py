"""Orders and the deals that show them, each way."""
