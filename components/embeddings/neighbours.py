"""Views of neighbourhoods: near-duplicates to read, similarities of all pairs, clusters, outliers.

Each follows the selection on the map: it speaks of the selected texts where some are.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import streamlit as st

from attrprompt.analysis.similarity.neighbours import Outlier, PairsToRead
from attrprompt.analysis.similarity.spread import PairSimilarities, sample_pair_similarities
from attrprompt.analysis_jobs.neighbourhood import Neighbourhood
from attrprompt.encoding.cache import VectorCache, hash_text
from attrprompt.plots.interactive import make_figure
from attrprompt.plots.plot import Axis, Mark, Plot, Point, Series
from attrprompt.runtime.runtime import Runtime
from components.kit.charts import current_palette, style
from components.kit.row_choice import choose_row
from components.kit.text import Markdown, escape, title_column

PAIRS_SHOWN = 10
SAMPLE = 1_000
"""Of a selection, so that a click is answered at once."""

SHOWN = {"text": "Text", "label": "Label", "dataset": "Data set"}
TEXT_COLUMN = {"Text": st.column_config.TextColumn(width="large")}


def choose_threshold() -> float:
    """The cosine from which two texts are near-duplicates, as it stands in the tab of near-duplicates."""
    return float(st.session_state.get("embeddings_threshold", 0.90))


def draw_pairs(frame: pd.DataFrame, selected: pd.DataFrame, pairs: PairsToRead) -> None:
    """Pairs just above and just below the threshold: whether it is a good one can only be seen by reading."""
    st.slider(
        "Threshold (cosine)",
        0.70,
        0.99,
        0.90,
        0.01,
        key="embeddings_threshold",
        persist_state="session",
        help="Figures and pairs are made anew for another threshold.",
    )
    st.markdown(
        f"**{pairs.pairs_above:,}** pairs of all texts are near-duplicates at the threshold of "
        f"{pairs.threshold:.2f}. Whether it is a good one can only be seen by reading pairs on either side."
    )
    chosen = set(selected.index)
    sides = {"Nearest above the threshold": pairs.above, "Nearest below it": pairs.below}
    for number, (title, side) in enumerate(sides.items()):
        shown = [pair for pair in side if pair.first in chosen and pair.second in chosen]
        with st.expander(f"{escape(title)}{_say_selected(frame, selected)}", expanded=number == 0):
            if not shown:
                st.caption("None." if not side else "None among the selected texts.")
            for pair in shown[:PAIRS_SHOWN]:
                st.caption(f"cosine {pair.similarity:.3f}")
                both = frame.iloc[[pair.first, pair.second]].itertuples()
                for column, row in zip(st.columns(2), both, strict=True):
                    label, dataset = escape(str(row.label)), escape(str(row.dataset))
                    column.markdown(f":small[**{label}**, {dataset}]")
                    column.text(row.text)


def draw_pair_similarities(
    runtime: Runtime,
    frame: pd.DataFrame,
    selected: pd.DataFrame,
    near: Neighbourhood,
    colours: Mapping[str, str],
) -> None:
    """Distribution of the cosine over sampled pairs of each set, or of the selected texts of each set."""
    found = near.similarities
    if len(selected) < len(frame):
        found = _sample_selected(runtime, selected, near.encoder)
    plot = describe_similarities(found, colours, "Cosine of two texts")
    st.plotly_chart(
        style(make_figure(plot), current_palette()), key="embeddings_pairs", alt="Similarity of sampled pairs"
    )
    pairs = max((sampled.pairs for sampled in found.values()), default=0)
    st.caption(
        f"Random pairs of texts of one set{_say_selected(frame, selected)}, {pairs:,} a set, of any class. "
        "Further left: less alike."
    )


def describe_similarities(found: Mapping[str, PairSimilarities], colours: Mapping[str, str], title: str) -> Plot:
    """How the cosines of pairs of texts are distributed in each set."""
    series = []
    for name, sampled in found.items():
        points = tuple(
            Point(cosine := (low + high) / 2, 100 * share, hover=(f"cosine {cosine:.2f}: {share:.1%} of the pairs",))
            for (low, high), share in zip(itertools.pairwise(sampled.edges), sampled.shares, strict=True)
        )
        series.append(Series(points, Mark.LINE, colours[name], f"{name}, mean {sampled.mean:.3f}"))
    return Plot(Axis(title), Axis("Pairs, %", is_amount=True), tuple(series))


def _sample_selected(runtime: Runtime, selected: pd.DataFrame, encoder_id: str) -> dict[str, PairSimilarities]:
    cache = VectorCache(runtime.home)
    rng = np.random.default_rng(0)
    found: dict[str, PairSimilarities] = {}
    for name, rows in selected.groupby("dataset", sort=False):
        texts = rows["text"].tolist()
        if len(texts) > SAMPLE:
            texts = [texts[index] for index in rng.choice(len(texts), SAMPLE, replace=False)]
        sampled = sample_pair_similarities(cache.read(encoder_id, [hash_text(text) for text in texts]), pairs=5_000)
        if sampled is not None:
            found[str(name)] = sampled
    return found


def draw_clusters(frame: pd.DataFrame, selected: pd.DataFrame, near: Neighbourhood) -> None:
    """Clusters with the words that set them apart, and how many texts of each set; a chosen row shows its texts."""
    counts = selected.pivot_table(index="cluster", columns="dataset", values="item", aggfunc="count", fill_value=0)
    clusters = {f"cluster {number}": cluster for number, cluster in enumerate(near.clusters, start=1)}
    names = [name for name in clusters if name in counts.index]
    table = pd.DataFrame(
        {
            "Cluster": names,
            "Words that set it apart": [", ".join(clusters[name].keywords) for name in names],
            "Texts": counts.loc[names].sum(axis=1).tolist(),
        }
    )
    by_set = (
        counts.loc[names].reset_index(drop=True).rename(columns=lambda name: title_column(str(name), table.columns))
    )
    picked = choose_row(pd.concat([table, by_set], axis=1), key="embeddings_clusters", alt="Clusters")
    quality = Markdown(
        "" if near.silhouette is None else f"; mean silhouette {near.silhouette:.2f} (1 is distinct, 0 is not)"
    )
    st.caption(
        f"k-means on the embeddings of all texts{quality}. Counts{_say_selected(frame, selected)}. Choose a row for "
        "its texts."
    )
    if picked is not None:
        name = names[picked]
        st.dataframe(
            _show(selected.groupby("cluster").get_group(name)),
            hide_index=True,
            height=280,
            key="embeddings_cluster_texts",
            column_config=TEXT_COLUMN,
            alt=f"Texts of {name}",
        )


def draw_outliers(frame: pd.DataFrame, selected: pd.DataFrame, outliers: Sequence[Outlier]) -> None:
    """Texts farthest from their neighbours."""
    chosen = set(selected.index)
    found = [outlier for outlier in outliers if outlier.index in chosen]
    if not found:
        st.caption("None of the texts farthest from their neighbours is among the selected ones.")
        return
    shown = _show(frame.iloc[[outlier.index for outlier in found]])
    st.dataframe(
        shown.assign(**{"Distance to neighbours": [outlier.distance for outlier in found]}),
        hide_index=True,
        key="embeddings_outliers",
        column_config=TEXT_COLUMN | {"Distance to neighbours": st.column_config.NumberColumn(format="%.3f")},
        alt="Outliers",
    )
    st.caption("Distance: 1 - mean cosine to the nearest neighbours among all texts. Often an empty phrase, or a gem.")


def _show(rows: pd.DataFrame) -> pd.DataFrame:
    """These texts with their labels and data sets, for people."""
    return rows[list(SHOWN)].rename(columns=SHOWN)


def _say_selected(frame: pd.DataFrame, selected: pd.DataFrame) -> Markdown:
    return Markdown("" if len(selected) == len(frame) else f" among the {len(selected):,} selected texts")
