"""What the Overview page shows, and the tab for a room."""
