"""One question a text to a model: zero-shot labels, and the judge of adherence."""
