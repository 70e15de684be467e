"""One module for each form in which files of rows come; `row_sources.py` chooses among them."""
