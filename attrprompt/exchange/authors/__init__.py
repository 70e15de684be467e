"""The folder and row layouts of the AttrPrompt paper's authors."""
