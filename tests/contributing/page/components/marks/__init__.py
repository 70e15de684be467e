"""What the Marks page shows."""
