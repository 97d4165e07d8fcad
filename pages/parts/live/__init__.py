"""The pieces of the Live page: settings, connection, and what was read."""
