"""Which cells of labels and dimensions are done, and whether people agree."""
