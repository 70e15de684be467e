"""Talking to models: any OpenAI-compatible endpoint, the embedded model among them."""
