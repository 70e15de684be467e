"""The queue, the table and the checks of the Review page."""
