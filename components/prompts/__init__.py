"""Templates, plans and what they cover."""
