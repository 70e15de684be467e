"""Going through the texts of a data set: filters, the deck of texts, bulk actions and undo."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import streamlit as st

from attrprompt.errors import InputError
from attrprompt.generation.progress import sort_flags
from attrprompt.generation.sending import load_run
from attrprompt.generation.top_up import DOES_NOT_COUNT, ROUNDS, explain_end, measure_shortfall, top_up, write_again
from attrprompt.records import Dataset, Flag, RunState, Sample, SampleStatus
from attrprompt.store import SampleFilter
from attrprompt.store.samples import Facets
from components.kit.deck import AHEAD, NEXT, PREVIOUS, UNDO, Action, Card, Decision, draw_deck
from components.kit.defects import fragment
from components.kit.frame import ProjectPage
from components.kit.notices import errors_shown, in_callback
from components.kit.runs import send_rest
from components.kit.samples import describe_flag
from components.kit.text import escape

POLL_SECONDS = 1.0
EMPTY = "Every text of this data set is decided. Go on to Diversity."
EMPTY_FILTER = "No text that passes the filter is left to decide. Change the filter above."
ACCEPT = Action("a", "accept", "Accept", tone="good")
REJECT = Action("x", "reject", "Reject", tone="bad")
EDIT = Action("e", "edit", "Edit", asks="text", advances=False)
AGAIN = Action("g", "again", "Write again")
NOTE = Action("o", "note", "Note", asks="text", advances=False)


def draw_filters(page: ProjectPage, dataset: Dataset) -> SampleFilter:
    """Controls that choose texts by status and words; by label, flag and attribute where they are unfolded."""
    facets = page.runtime.store.datasets.count_facets(dataset.id)
    status, words = st.columns(2)
    statuses = status.segmented_control(
        "Decided",
        list(SampleStatus),
        selection_mode="multi",
        key="review_status",
        wrap=True,
        format_func=lambda decision: (
            f"{escape(decision.value.capitalize())} {facets.statuses.get(decision.value, 0):,}"
        ),
    )
    text = words.text_input("Words in the text", key="review_words", placeholder="in any case")
    labels, flags, attributes = _draw_more_filters(facets)
    return SampleFilter(
        labels=tuple(labels),
        flags=tuple(flags),
        statuses=tuple(statuses or ()),
        attributes=tuple(attributes),
        text=text,
    )


def _draw_more_filters(facets: Facets) -> tuple[list[str], list[str], list[tuple[str, str]]]:
    """Labels, flags, and pairs of dimension and value; the fold says how many of them are at work."""
    at_work = sum(bool(st.session_state.get(key)) for key in ("review_label", "review_flag", "review_dimension"))
    with st.expander(f"Filter by label, flag or attribute{f' ({at_work} at work)' if at_work else ''}"):
        label, flag, dimension, value = st.columns(4)
        labels = label.multiselect(
            "Label", sorted(facets.labels), key="review_label", format_func=_counted(facets.labels)
        )
        flags = flag.multiselect(
            "Flag",
            [option.value for option in Flag if option.value in facets.flags],
            key="review_flag",
            format_func=_counted(facets.flags),
        )
        chosen = dimension.selectbox(
            "Attribute",
            sorted(facets.attributes),
            index=None,
            key="review_dimension",
            placeholder="any",
            disabled=not facets.attributes,
        )
        counts = facets.attributes.get(chosen, {}) if chosen else {}
        values = value.multiselect(
            "Value", sorted(counts), key=f"review_value_{chosen}", format_func=_counted(counts), disabled=not chosen
        )
    return labels, flags, [(chosen, option) for option in values] if chosen else []


def draw_review_deck(page: ProjectPage, dataset: Dataset, wanted: SampleFilter) -> None:
    """The texts one by one; keys decide on the text that is on screen."""
    asks: Literal["several", "choice"] = "several" if page.project.document.task.multi_label else "choice"
    relabel = Action("l", "relabel", "Relabel", asks=asks, choices=_label_names(page), advances=False)
    again = () if dataset.imported else (AGAIN,)
    actions = (ACCEPT, REJECT, NEXT, PREVIOUS, relabel, EDIT, NOTE, *again, UNDO)
    after_key = f"review_after_{dataset.id}"

    @fragment(key="review_fragment")
    def deck() -> None:
        store = page.runtime.store
        undecided = wanted if wanted.statuses else replace(wanted, statuses=(SampleStatus.NEW,))
        ahead = store.datasets.read_after(dataset.id, st.session_state.get(after_key, -1), undecided, limit=AHEAD)
        if not ahead:
            ahead = store.datasets.read_after(dataset.id, -1, undecided, limit=AHEAD)
        done, total = store.review.progress(dataset.id)
        draw_deck(
            "review_deck",
            [_make_card(sample) for sample in ahead],
            actions,
            epoch=f"{dataset.id} {wanted}",
            done=done,
            total=total,
            empty=EMPTY if wanted == SampleFilter() else EMPTY_FILTER,
            decide=lambda decision: _decide(page, dataset, decision, after_key),
        )

    deck()


def draw_bulk_actions(page: ProjectPage, dataset: Dataset, wanted: SampleFilter) -> None:
    """One decision on all texts that pass the filter; one step to undo."""
    panel = st.popover("Decide on all", icon=":material/done_all:", key="review_bulk", on_change="rerun")
    with panel:
        if not panel.open:  # what decks decide meanwhile would not show in it
            return
        count = page.runtime.store.datasets.count(dataset.id, wanted)
        st.write(f"One decision on the {count:,} texts that pass the filter now. It is undone as one step.")
        for label, status in (("Accept all", "accepted"), ("Reject all", "rejected"), ("Mark all as new", "new")):
            st.button(
                escape(label),
                key=f"review_bulk_{status}",
                width="stretch",
                disabled=not count,
                on_click=in_callback,
                args=(lambda status=status: _decide_all(page, dataset, wanted, status),),
            )


def draw_top_up(page: ProjectPage, dataset: Dataset) -> None:
    """Ask again for what does not count, until the wanted number is reached; the person ticks what does not count."""
    if dataset.imported:
        return
    panel = st.popover("Top up", icon=":material/add_circle:", key="review_top_up", on_change="rerun")
    with panel:
        if panel.open:
            _draw_shortfall(page, dataset)


def _draw_shortfall(page: ProjectPage, dataset: Dataset) -> None:
    begun = load_run(page.runtime, dataset.id).state

    @fragment(run_every=POLL_SECONDS if begun is RunState.RUNNING else None)
    def poll() -> None:
        state = load_run(page.runtime, dataset.id).state
        if state is not begun:
            st.rerun()
        st.write("Rejected texts do not count. Tick which marked ones do not count either; they stay in the data set.")
        flags = sort_flags(page.runtime.store.datasets.count_flags(dataset.id))
        ticked = [
            flag
            for flag, number in flags.items()
            if st.checkbox(
                f"{escape(describe_flag(flag))} ({number:,})",
                value=flag in DOES_NOT_COUNT,
                key=f"review_tick_{flag}",
            )
        ]
        with errors_shown():
            lacking = measure_shortfall(page.runtime.store, dataset, ticked)
            st.caption(f"{lacking.usable:,} of {lacking.wanted:,} texts count.")
            if ended := explain_end(load_run(page.runtime, dataset.id)):
                st.caption(escape(ended))
            if lacking.coming and state is RunState.RUNNING:
                st.caption(f"{lacking.coming:,} more are being written.")
            elif lacking.coming:
                st.caption(f"{lacking.coming:,} prompts of this run have no text yet; they are sent too.")
            count = len(lacking.missing)
            st.button(
                f"Ask again for {count:,} text{'' if count == 1 else 's'}",
                key="review_top_up_now",
                disabled=not count,
                on_click=in_callback,
                args=(lambda: _ask_again(page, dataset, ticked),),
                help=f"What again does not count is asked for once more, in at most {ROUNDS} rounds; a round that "
                "brings nothing is the last.",
            )

    poll()


def _ask_again(page: ProjectPage, dataset: Dataset, ticked: Sequence[str]) -> str:
    added = top_up(page.runtime.store, dataset, ticked)
    send_rest(page, dataset.id)
    return f"{added:,} prompts are asked again."


def _label_names(page: ProjectPage) -> tuple[str, ...]:
    return tuple(label.name for _, label in page.project.document.ordered_labels())


def _counted(counts: Mapping[str, int]) -> Callable[[str], str]:
    return lambda name: f"{name.replace('_', ' ')} ({counts.get(name, 0):,})"


def _make_card(sample: Sample) -> Card:
    asked = " + ".join(sample.asked_labels)
    heading = sample.label if sample.label == asked else f"{sample.label} (asked: {asked})"
    values = [value for value in sample.attributes.values() if len(value) <= 80]
    details = [("Attribute values", "; ".join(f"{name}: {value}" for name, value in sample.attributes.items()))]
    if sample.prompt:
        details.append(("Prompt", sample.prompt))
    if sample.raw != sample.text:
        details.append(("Raw answer", sample.raw))
    if sample.model:
        details.append(("Model", f"{sample.model}, {sample.completion_tokens} tokens"))
    if sample.note:
        details.append(("Note", sample.note))
    return Card(
        id=sample.item,
        heading=heading,
        body=sample.text or "(empty answer)",
        notes=(*values, *(describe_flag(flag) for flag in sample.flags)),
        details=tuple(detail for detail in details if detail[1]),
        editable=((EDIT.name, sample.text), (NOTE.name, sample.note), ("relabel", "\n".join(sample.labels))),
        state="" if sample.status is SampleStatus.NEW else sample.status.value,
    )


def _decide(page: ProjectPage, dataset: Dataset, decision: Decision, after_key: str) -> str | None:
    review = page.runtime.store.review
    if decision.action == UNDO.name:
        items = review.undo(dataset.id, actor=page.actor)
        st.session_state[after_key] = min(items) - 1 if items else st.session_state.get(after_key, -1)
        return f"Taken back for {len(items)} texts." if len(items) > 1 else None
    if decision.action == AGAIN.name:
        write_again(page.runtime.store, dataset, [decision.item], actor=page.actor)
        send_rest(page, dataset.id)
        return "The text is written again with another seed; it joins the end."
    decided: dict[str, Mapping[str, Any]] = {
        "accept": {"status": SampleStatus.ACCEPTED.value},
        "reject": {"status": SampleStatus.REJECTED.value},
        "relabel": {"labels": decision.value.split("\n")},
        "edit": {"text": decision.value},
        "note": {"note": decision.value},
    }
    changes = decided.get(decision.action)
    if changes is None:
        raise InputError(f"'{decision.action}' is not a decision on a text.")
    review.decide(dataset.id, [decision.item], changes, actor=page.actor)
    return None


def _decide_all(page: ProjectPage, dataset: Dataset, wanted: SampleFilter, status: str) -> str:
    items = page.runtime.store.datasets.list_items(dataset.id, wanted)
    page.runtime.store.review.decide(dataset.id, items, {"status": status}, actor=page.actor)
    return f"{len(items):,} texts are {status}."
