"""A file that a base sent becomes rows: orders with their verdicts, counterparties, directories."""
