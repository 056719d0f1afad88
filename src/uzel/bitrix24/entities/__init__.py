"""One file an entity of the portal: its record, the commands that touch it, its answers read."""
