"""Classifiers trained on data sets and their scores."""
