"""Which regions of the world texts name: finder, figures, references, and lexicons counted the same way."""
