"""Words: figures, growth, phrases."""
