"""The pieces of the Train page: data, recipe, and what runs now."""
