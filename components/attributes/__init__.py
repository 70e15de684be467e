"""The studio of attribute dimensions and values."""
