"""The import of labelled texts into a project, as every page that needs texts offers it."""
