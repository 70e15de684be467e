"""Texts as unit vectors: bundled, local or from an endpoint, with a cache."""
