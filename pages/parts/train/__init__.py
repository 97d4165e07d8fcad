"""Parts of the Train page: data, settings, time estimate, current runs and earlier runs."""
