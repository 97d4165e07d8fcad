"""The pieces of the Evaluate page: choosing a report, and each section that shows it."""
