"""Parts of the Tune page: a new study on the left, the open one on the right, all studies below."""
