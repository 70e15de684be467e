"""How figures are estimated and compared: subsamples, intervals, verdicts."""
