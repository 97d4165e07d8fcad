"""The pieces of the Teach page."""
