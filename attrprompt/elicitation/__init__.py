"""A model's help with attributes: dimensions, values, what fits two labels, what may not meet. People decide."""
