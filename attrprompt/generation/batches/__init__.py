"""Runs sent through a batch API."""
