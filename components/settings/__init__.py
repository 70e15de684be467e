"""Endpoint, encoder and prices."""
