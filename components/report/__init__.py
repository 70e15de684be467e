"""The report and the archive as downloads."""
