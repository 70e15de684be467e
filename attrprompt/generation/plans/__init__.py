"""The exact list of prompts of a run, and what it covers."""
