"""THE 1C CONVERSATION: what a base may say and what it is answered. No I/O, no Django."""
