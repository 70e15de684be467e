"""The page itself. All text is escaped; beyond that, a policy in the page lets only its own two scripts run."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from attrprompt.report.figures import list_dark_colours

TEMPLATES = Path(__file__).parent / "templates"


class Plots:
    """The plots of a page, by the id of the place where each is drawn."""

    def __init__(self) -> None:
        self.content: dict[str, dict[str, Any]] = {}

    def add(self, title: str, plot: dict[str, Any] | None) -> dict[str, str] | None:
        """Keep a plot; gives its id and title for the template, or None where there is no plot."""
        if plot is None:
            return None
        place = f"plot-{len(self.content) + 1}"
        self.content[place] = plot
        return {"id": place, "title": title, "height": str(plot["layout"].get("height", 380))}

    def to_json(self) -> str:
        """For a script element of plain data: no sign that could end the element stands in it."""
        content = json.dumps({"plots": self.content, "dark": list_dark_colours()}, allow_nan=False)
        return content.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def render(plots: Plots, **content: Any) -> str:
    """The whole file."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup
    from plotly.offline import get_plotlyjs

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["figure"] = _format_figure
    environment.filters["interval"] = _format_interval
    library, script = get_plotlyjs(), _read("report.js")
    allowed = f"img-src data: blob:; style-src 'unsafe-inline'; script-src {_hash(library)} {_hash(script)}"
    return environment.get_template("report.html").render(
        policy=f"default-src 'none'; {allowed}",
        style=Markup(_read("report.css")),
        library=Markup(library),
        script=Markup(script),
        plots=Markup(plots.to_json()),
        **content,
    )


@lru_cache(maxsize=4)
def _read(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _hash(script: str) -> str:
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def _format_figure(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _format_interval(estimate: dict[str, Any]) -> str:
    if estimate["low"] is None:
        return "no interval"
    return f"{_format_figure(estimate['low'])} to {_format_figure(estimate['high'])}"
