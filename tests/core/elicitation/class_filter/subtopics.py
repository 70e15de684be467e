"""Subtopics of three labels that share words where they are similar."""

VALUES = {
    "army": ["army budget vote", "army recruits", "army base closed", "army drill"],
    "budget": ["budget deficit", "budget vote", "budget cuts", "budget hearing vote"],
    "opera": ["opera premiere", "opera singers"],
}
