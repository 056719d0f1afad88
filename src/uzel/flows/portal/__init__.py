"""The line to the portal: the way in, the limits, the events, the waves of work."""
