"""Parts of the Models page: managing one run, import, and robustness."""
