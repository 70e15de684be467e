"""Figures about texts: pure functions from texts, labels and vectors to dataclasses; no store, no input or output."""
