"""Parts of the Live page: connection, settings and readings."""
