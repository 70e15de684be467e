"""The report: one HTML file that opens anywhere, with no network, and shows what a project's texts show."""
