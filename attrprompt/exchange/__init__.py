"""Import and export: the authors' folders and data sets, project files, value lists, rows, Hugging Face folders, zip.

Functions here take paths, bytes or iterators and give documents, rows and warnings. They know no store, and a file
that cannot be used ends in one `InputError` sentence with nothing half-written.
"""
