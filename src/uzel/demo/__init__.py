"""Five shops, a portal and the hub between them: on real HTTP, real XML and a real PostgreSQL, all on this machine."""
