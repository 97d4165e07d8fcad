"""Parts of the Evaluate page: choosing a report, and the sections that show it."""
