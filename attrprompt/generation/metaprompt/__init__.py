"""Prompts that a model writes itself."""
