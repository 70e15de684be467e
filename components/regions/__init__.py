"""Where in the world texts are set."""
