"""The class-aware filter: values of a class that fit a similar class too."""
