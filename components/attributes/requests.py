"""Asking a model about attributes: the form, the progress in every tab, and replies that could not be read."""

from __future__ import annotations

from urllib.parse import urlsplit

import streamlit as st

from attrprompt.elicitation.background import Elicitations
from attrprompt.elicitation.proposals import ProposalKind
from attrprompt.elicitation.questions import Way
from attrprompt.elicitation.requests import ElicitationRequest, suggest_way
from attrprompt.generation.launch import default_concurrency
from attrprompt.generation.progress import format_seconds
from attrprompt.llm.chat import Endpoint
from attrprompt.runtime.endpoints import choose_endpoint
from components.attributes.cell import OpenCell, say_count
from components.kit.defects import fragment
from components.kit.frame import ProjectPage
from components.kit.keys import find_endpoint_key
from components.kit.notices import in_callback
from components.kit.text import escape, shorten
from components.kit.token_limit import draw_token_limit, read_token_limit
from components.kit.work import draw_stoppable

POLL_SECONDS = 1.0
TOKENS_PER_VALUE = 12
TOKENS_PER_QUESTION = 250
REPLIES_SHOWN = 20
_DISMISSED = "elicit_dismissed"

WAY_NAMES = {Way.PLAIN: "Plain list", Way.VERBALIZED: "With probabilities", Way.BY_EXAMPLE: "By example"}


def find_endpoint(page: ProjectPage) -> Endpoint:
    """The model that this project asks."""
    return choose_endpoint(page.project)


def describe_endpoint(endpoint: Endpoint) -> str:
    """Where questions go, for people."""
    if endpoint.is_embedded:
        return "the embedded model, on this machine (small: check what it proposes)"
    return f"{endpoint.model} at {urlsplit(endpoint.base_url).netloc}"


def start_request(page: ProjectPage, request: ElicitationRequest, title: str) -> None:
    """Begin a request in the background, with the project as this page shows it."""
    endpoint = find_endpoint(page)
    key = find_endpoint_key(endpoint)
    page.runtime.background(Elicitations).start(page.project, request, endpoint, key, title=title)
    st.session_state.pop(_DISMISSED, None)


def is_asking(page: ProjectPage) -> bool:
    """A request of this project goes on."""
    job = page.runtime.background(Elicitations).find(page.project.id)
    return job is not None and job.is_open


def draw_request(page: ProjectPage) -> None:
    """The request that goes on, with a stop; or what became of the last one."""
    elicitations = page.runtime.background(Elicitations)
    begun = elicitations.find(page.project.id)
    if begun is None:
        return
    running = begun.is_open
    waiting = _count_values(page)

    @fragment(run_every=POLL_SECONDS if running else None, key="elicit_fragment")
    def poll() -> None:
        job = elicitations.find(page.project.id)
        if job is None:
            return
        if running and (not job.is_open or _count_values(page) > waiting):
            st.rerun()  # values of another label are there: they can be decided on while the rest is asked for
        if job.is_open:
            spent = max(job.changed - job.created, 0.0)
            left = ""
            if 0.05 < job.progress < 1 and not job.stopping:
                left = f", about {format_seconds(spent / job.progress * (1 - job.progress))} left"
            draw_stoppable(
                job.progress,
                f"{job.message}{left}",
                key="elicit_stop",
                stop=elicitations.stop,
                subject=page.project.id,
                stopping=job.stopping,
                stays="Nothing more is asked; what was proposed stays.",
            )
        elif st.session_state.get(_DISMISSED) != job.id:
            words, close = st.columns([6, 1], vertical_alignment="center")
            if job.failed or job.closed:
                words.error(escape(job.message), icon=":material/error:")
            else:
                words.info(escape(job.message), icon=":material/check:")
            close.button("Close", key="elicit_close", width="stretch", on_click=in_callback, args=(_dismiss, job.id))

    poll()


def _count_values(page: ProjectPage) -> int:
    counts = page.runtime.store.proposals.count_by_cell(page.project.id, kind=ProposalKind.VALUE)
    return sum(number for (_, _, status), number in counts.items() if status in ("open", "unsure"))


def draw_propose_values(page: ProjectPage, cell: OpenCell) -> None:
    """The form that asks for values of the open cell, or of its dimension for all labels."""
    endpoint = find_endpoint(page)
    with st.expander("Let a model propose values", icon=":material/auto_awesome:", key="attributes_propose"):
        guidance, number, most = st.columns([4, 1, 1.3])
        guidance.text_input(
            "Guidance",
            key="elicit_guidance",
            placeholder="less US-centric, nothing about football …",
            max_chars=500,
            help="A wish in your own words, put at the end of the question.",
        )
        number.number_input("Values a label", 1, 100, 10, key="elicit_n")
        draw_token_limit(most, key="elicit")
        draw_way(endpoint, key="elicit_way")
        labels = len(page.project.document.labels)
        n = int(st.session_state["elicit_n"])
        asking = is_asking(page)
        own, everywhere = st.columns(2)
        own.button(
            f"Propose {n} for {escape(cell.title)}",
            key="elicit_cell",
            type="primary",
            width="stretch",
            disabled=asking,
            on_click=in_callback,
            args=(lambda: _ask_values(page, cell, everywhere=False),),
        )
        if cell.label_id:
            everywhere.button(
                f"Propose {n} for each of {say_count(labels, 'label')}",
                key="elicit_all",
                width="stretch",
                disabled=asking,
                on_click=in_callback,
                args=(lambda: _ask_values(page, cell, everywhere=True),),
            )
        if asking:
            st.caption("A request goes on; its progress and a stop are at the top of the page.")
        one = TOKENS_PER_QUESTION + n * TOKENS_PER_VALUE
        cost = f"About {one:,} tokens a label"
        if cell.label_id:
            cost = f"{cost}, {one * labels:,} for all labels"
        st.caption(
            f"{escape(cost)}, repeats not counted. Asked: {escape(describe_endpoint(endpoint))}. "
            "What is there, waits or was rejected is not proposed again; nothing enters the project by itself."
        )


def draw_way(endpoint: Endpoint, *, key: str) -> None:
    """How the model is asked; `read_way` tells."""
    st.segmented_control(
        "Way of asking",
        list(Way),
        default=suggest_way(endpoint),
        format_func=WAY_NAMES.__getitem__,
        key=f"{key}_{suggest_way(endpoint)}",
        help="  \n".join(f"**{WAY_NAMES[way]}** {escape(way.meaning)}." for way in Way),
    )


def read_way(endpoint: Endpoint, *, key: str) -> Way:
    """The way that is chosen at this moment; the one that suits the endpoint where none is."""
    suggested = suggest_way(endpoint)
    chosen: Way | None = st.session_state.get(f"{key}_{suggested}")
    return chosen or suggested


def draw_replies(page: ProjectPage) -> None:
    """Replies that could not be read, as they came, with the reason."""
    replies = page.runtime.store.replies.list_all(page.project.id, only_problems=True, limit=REPLIES_SHOWN)
    if not replies:
        return
    shown = f"{len(replies)} or more" if len(replies) == REPLIES_SHOWN else str(len(replies))
    with st.expander(
        f"Replies that could not be used ({escape(shown)})", icon=":material/report:", key="elicit_replies"
    ):
        for reply in replies:
            st.markdown(f"**{escape(shorten(reply.problem, 300))}**")
            st.caption(escape(f"{reply.model}, asked for {reply.purpose}"))
            st.code(reply.raw[:4_000] or "(nothing came)", language=None, wrap_lines=True)
            with st.popover("What was asked", key=f"elicit_asked_{reply.id}"):
                st.code(reply.prompt[:8_000], language=None, wrap_lines=True)


def _ask_values(page: ProjectPage, cell: OpenCell, *, everywhere: bool) -> None:
    state = st.session_state
    request = ElicitationRequest(
        ProposalKind.VALUE,
        cell.dimension_id,
        () if everywhere else cell.labels,
        n=int(state["elicit_n"]),
        guidance=state["elicit_guidance"],
        way=read_way(find_endpoint(page), key="elicit_way"),
        concurrency=min(4, default_concurrency(find_endpoint(page))),
        limit=read_token_limit("elicit"),
    )
    of = f"{cell.dimension.name} of all labels" if everywhere else cell.title
    start_request(page, request, f"Values for {of}")


def _dismiss(job_id: str) -> None:
    st.session_state[_DISMISSED] = job_id
