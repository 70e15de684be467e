"""Which words two sets use, and that it comes back as it was kept."""

from attrprompt.analysis_jobs.request import Part
from attrprompt.analysis_jobs.wording import TextsOfLength, WordingRequest, explore_wording
from tests.kept import assert_comes_back


def test_the_words_of_each_set_and_of_each_pair(explore):
    found = explore(WordingRequest, explore_wording, Part.DIVERSITY)
    ours = found.datasets["ours"]
    assert ours.lengths == (
        TextsOfLength(1, 1, (5,)),
        TextsOfLength(3, 2, (3, 4)),
        TextsOfLength(6, 1, (0,)),
        TextsOfLength(7, 1, (1,)),
        TextsOfLength(8, 1, (2,)),
    )
    assert ours.growth[-1].vocabulary == ours.paper.vocabulary_all == 12
    assert [(opening.words, opening.texts) for opening in ours.openings] == [("the fox ran home", 2)]
    assert [(pair.a, pair.b) for pair in found.overused] == [("ours", "theirs"), ("theirs", "ours")]
    assert found.overused[0].phrases[0].phrase == "the fox"
    (pair,) = found.shared
    assert (pair.a, pair.b, pair.overlap.shared) == ("ours", "theirs", 1)


def test_it_comes_back_as_it_was_kept(explore):
    assert_comes_back(explore(WordingRequest, explore_wording, Part.DIVERSITY))
