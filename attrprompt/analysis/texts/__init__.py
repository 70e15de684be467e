"""Which texts count, their words, languages, repetitions and phrases."""
