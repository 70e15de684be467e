"""Projects as files, and merging what comes in."""
