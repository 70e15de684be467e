"""Figures over unit vectors: spread, neighbours, clusters, the map."""
