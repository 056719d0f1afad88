"""The portal's REST API: the client, its limits, the entities."""
