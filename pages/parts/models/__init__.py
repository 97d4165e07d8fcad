"""The pieces of the Models page: one run and what can be done with it."""
