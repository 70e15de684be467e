"""The map of texts, neighbours, similarities."""
