"""Data sets as files."""
