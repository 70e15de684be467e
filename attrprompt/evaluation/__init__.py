"""Does a model trained on the texts gain? Classifiers trained on data sets and tested on gold."""
