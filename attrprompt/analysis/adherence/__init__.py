"""What prompts asked for, and what the texts do."""
