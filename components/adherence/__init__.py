"""What was asked and what was found, on the Review page."""
