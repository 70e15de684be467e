"""Agreement of annotators, on examples whose alpha is published or can be counted by hand."""

from __future__ import annotations

import itertools

import krippendorff
import numpy as np
import pytest

from attrprompt.curation.agreement import Vote, krippendorff_alpha, measure_agreement


def votes_of(**rows: str) -> list[Vote[int]]:
    """One string an annotator, one character an item; a dot where no vote was given."""
    return [
        Vote(item, annotator, verdict)
        for annotator, row in rows.items()
        for item, verdict in enumerate(row.replace(" ", ""))
        if verdict != "."
    ]


def table_of(votes: list[Vote[int]]) -> np.ndarray:
    verdicts = sorted({vote.verdict for vote in votes})
    items = sorted({vote.item for vote in votes})
    table = np.zeros((len(items), len(verdicts)))
    for vote in votes:
        table[items.index(vote.item), verdicts.index(vote.verdict)] += 1
    return table


def test_alpha_of_the_published_binary_example():
    votes = votes_of(meg="0100000010", owen="1110010000")
    assert krippendorff_alpha(table_of(votes)) == pytest.approx(0.095, abs=5e-4)


def test_alpha_of_the_published_example_with_missing_votes():
    votes = votes_of(a="123321412...", b="1233224125.3", c=".3332342251.", d="12332441251.")
    assert krippendorff_alpha(table_of(votes)) == pytest.approx(0.743, abs=5e-4)


def test_full_agreement_gives_one_and_systematic_disagreement_less_than_zero():
    assert krippendorff_alpha(table_of(votes_of(a="ar" * 15, b="ar" * 15))) == pytest.approx(1)
    assert krippendorff_alpha(table_of(votes_of(a="ar" * 15, b="ra" * 15))) < 0


def test_one_verdict_only_has_no_alpha():
    assert krippendorff_alpha(table_of(votes_of(a="aaa", b="aaa"))) is None


@pytest.mark.parametrize("missing", [0.0, 0.3, 0.6])
@pytest.mark.parametrize("verdicts", [2, 3, 5])
def test_alpha_is_that_of_the_library_on_random_votes(verdicts, missing):
    rng = np.random.default_rng(verdicts)
    for items in range(2, 60):
        given = rng.choice(verdicts, size=(4, items), p=rng.dirichlet(np.ones(verdicts)))
        given = np.where(rng.random(given.shape) < missing, -1, given)
        table = np.stack([(given == verdict).sum(axis=0) for verdict in range(verdicts)], axis=1)
        alpha = krippendorff_alpha(table.astype(np.float64))
        if alpha is None:  # the library divides 0 by 0, or finds no item with two votes
            assert np.count_nonzero(table[table.sum(axis=1) > 1].sum(axis=0)) <= 1
        else:
            theirs = krippendorff.alpha(value_counts=table, level_of_measurement="nominal")
            assert alpha == pytest.approx(theirs, abs=1e-12)


def test_raw_agreement_is_the_mean_share_of_agreeing_pairs():
    measured = measure_agreement(votes_of(a="aar", b="arr", c="a.a"))
    assert measured.raw.value == pytest.approx((1 + 0 + 1 / 3) / 3)
    assert measured.raw.low is None


def test_under_twenty_items_alpha_is_not_informative():
    measured = measure_agreement(votes_of(a="ar" * 9 + "a", b="ar" * 9 + "r"))
    assert measured.alpha is None
    assert "19 items" in measured.not_informative


def test_nearly_one_verdict_is_not_informative():
    measured = measure_agreement(votes_of(a="a" * 39 + "r", b="a" * 39 + "r"))
    assert measured.alpha is None
    assert "'a'" in measured.not_informative
    assert measured.raw.value == 1


def test_alpha_comes_with_an_interval_around_it_and_the_same_one_each_time():
    votes = votes_of(a="ar" * 20, b="ar" * 16 + "ra" * 4)
    first, second = measure_agreement(votes), measure_agreement(votes)
    assert first == second
    assert first.items == 40
    assert first.alpha.low < first.alpha.value < first.alpha.high


def test_items_with_one_vote_do_not_count_and_a_later_vote_replaces_an_earlier():
    votes = [*votes_of(a="aa", b="r."), Vote(0, "b", "a")]
    measured = measure_agreement(votes)
    assert (measured.items, measured.raw.value) == (1, 1.0)


def test_the_interval_of_alpha_covers_the_true_value():
    """Two annotators who know the answer with probability .7 and else guess: alpha is .49 in the long run."""
    rng = np.random.default_rng(3)
    covered = 0
    for _ in range(120):
        truth = rng.random(80) < 0.5
        seen = [np.where(rng.random(80) < 0.7, truth, rng.random(80) < 0.5) for _ in range(2)]
        votes = [Vote(i, who, str(s[i])) for (who, s), i in itertools.product(zip("ab", seen, strict=True), range(80))]
        alpha = measure_agreement(votes, repeats=400).alpha
        covered += alpha.low <= 0.49 <= alpha.high
    assert covered >= 106
