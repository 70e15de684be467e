"""Creating, opening and importing projects."""
