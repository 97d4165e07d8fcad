"""Parts of the Train page: data, recipe and start on the left, the open run on the right, all runs below."""
