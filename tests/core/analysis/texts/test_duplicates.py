from hypothesis import given, settings
from hypothesis import strategies as st

from attrprompt.analysis.texts.duplicates import DuplicateFinder, find_duplicates

LONG = (
    "the committee met on monday to discuss the new budget and agreed to publish its report within a month of that day"
)


def test_the_same_text_but_for_case_and_spaces_is_exact():
    found = find_duplicates(["One text here.", "another text", "  one TEXT\nhere. ", "One text here."])
    assert [d and (d.of, d.exact, d.similarity) for d in found] == [None, None, (0, True, 1.0), (0, True, 1.0)]


def test_a_text_with_one_word_changed_is_near():
    changed = LONG.replace("month", "week")
    first, second = find_duplicates([LONG, changed])
    # 21 words make 19 runs of three; 3 of them hold the changed word: 16 shared of 22 -> .73
    runs = len(LONG.split()) - 2
    assert first is None
    assert second is None
    (_, second) = find_duplicates([LONG, changed], threshold=0.7)
    assert (second.of, second.exact) == (0, False)
    assert second.similarity == (runs - 3) / (runs + 3)


def test_nothing_below_the_threshold_is_reported():
    other = "a storm moved over the coast and closed two ports for the better part of the day"
    assert find_duplicates([LONG, other], threshold=0.5) == [None, None]


def test_short_texts_are_near_only_when_their_words_agree():
    found = find_duplicates(["Good film!", "good film.", "good play", "..."])
    assert [d and (d.of, d.exact) for d in found] == [None, (0, False), None, None]


def test_a_chain_of_changes_points_to_its_first_text():
    words = LONG.split()
    chain = [" ".join(words)]
    for place in (0, 10, 20):
        words[place] = f"changed{place}"
        chain.append(" ".join(words))
    found = find_duplicates(chain, threshold=0.6)
    assert found[1].of == 0
    assert all(d is None or d.of == 0 or found[d.of] is None for d in found)


def test_texts_without_words_are_no_duplicates():
    assert find_duplicates(["", "", "!!!", "!!!"]) == [None] * 4


def test_a_finder_looks_without_taking():
    finder = DuplicateFinder()
    finder.add(LONG)
    assert finder.find(LONG).of == 0
    assert finder.add("something else entirely") is None
    assert finder.find("Something else entirely").of == 1


@settings(deadline=None, max_examples=40)
@given(st.lists(st.text(alphabet="ab c", min_size=1, max_size=30), max_size=8))
def test_every_repeated_text_points_to_an_earlier_one(texts):
    for place, found in enumerate(find_duplicates(texts)):
        assert found is None or (found.of < place and found.similarity >= 0.8)
    seen = set()
    for text, found in zip(texts, find_duplicates(texts), strict=True):
        assert not (text in seen and text.strip()) or found is not None
        seen.add(text)
