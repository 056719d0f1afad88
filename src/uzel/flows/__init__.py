"""THE STRAIGHT LINES: one file is one story."""
