"""Lexical figures: pure functions of tokens."""
