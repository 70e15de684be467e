"""Steps on a run: ablations, weights against noise, feedback for a next round."""
