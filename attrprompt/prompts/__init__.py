"""A configuration as a prompt."""
