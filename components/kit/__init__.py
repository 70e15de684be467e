"""What two pages or more are drawn with: frame, sidebar, work in progress, charts, findings, texts."""
