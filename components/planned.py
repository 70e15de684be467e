"""The plan that the Prompts page shows, made once for each choice: a click on another tab does not plan anew."""

from __future__ import annotations

import json
from dataclasses import dataclass

import streamlit as st

from attrprompt.generation.metaprompt.kept import MetaPrompts
from attrprompt.generation.plans.plan import PlanItem, PlanOptions, PlanStatistics, make_plan
from attrprompt.project import Project
from attrprompt.store import StoredProject

PLANS_KEPT = 3
SECONDS_KEPT = 900


@dataclass(frozen=True)
class Planned:
    """All prompts of a plan with their figures."""

    items: tuple[PlanItem, ...]
    statistics: PlanStatistics


def plan_prompts(project: StoredProject, options: PlanOptions, written: MetaPrompts | None) -> Planned:
    """The plan of a project as it stands; the same object while nothing of it changes.

    Raises:
        InputError: the project or the options cannot make a plan.
    """
    prompts = "" if written is None else json.dumps({key: list(texts) for key, texts in written.prompts.items()})
    return _plan(project.id, project.revision, options.model_dump_json(), prompts, project.document)


@st.cache_resource(max_entries=PLANS_KEPT, ttl=SECONDS_KEPT, show_spinner="Planning the prompts")
def _plan(project_id: str, revision: int, options: str, prompts: str, _document: Project) -> Planned:
    chosen = PlanOptions.model_validate_json(options)
    statistics = PlanStatistics(_document, chosen)
    plan = make_plan(_document, chosen, meta_prompts=json.loads(prompts) if prompts else None)
    return Planned(tuple(statistics.watch(plan)), statistics)
