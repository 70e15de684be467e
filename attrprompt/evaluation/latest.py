"""The newest evaluation of a project, for its report: found again only while its texts are as they were."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from attrprompt.analysis.array_files import write_whole
from attrprompt.analysis_jobs.loading import hash_content
from attrprompt.errors import AttrPromptError
from attrprompt.evaluation.request import EvaluationRequest
from attrprompt.store import Store
from attrprompt.worker.jobs import find_result, hash_input


def remember_evaluation(home: Path, project_id: str, payload: Mapping[str, Any]) -> None:
    """Keep what was asked as the project's newest evaluation."""
    write_whole(_path(home, project_id), json.dumps(dict(payload)).encode())


def find_latest_evaluation(store: Store, home: Path, project_id: str) -> Path | None:
    """The result of the newest evaluation; None where there is none or a text of it changed since."""
    path = _path(home, project_id)
    if not path.exists():
        return None
    try:
        request = EvaluationRequest.model_validate_json(path.read_text(encoding="utf-8"))
        datasets = [store.datasets.load(number) for number in request.datasets]
    except (ValidationError, AttrPromptError):  # made by another version, or of a data set that was deleted
        return None
    if tuple(hash_content(store, each) for each in datasets) != request.contents:
        return None
    return find_result(home, "evaluate", hash_input("evaluate", request.to_payload()))


def _path(home: Path, project_id: str) -> Path:
    return home / "cache" / "evaluations" / f"{project_id}.json"
