"""AttrPrompt Studio: attributed prompts for training data, from the attributes to the figures."""
