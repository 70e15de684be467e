"""The page itself. All text is escaped; beyond that, a policy in the page lets only its own two scripts run."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from attrprompt.analysis.regions.tables import CONTINENTS
from attrprompt.report.compose import Report
from attrprompt.report.formats import FILTERS
from attrprompt.report.plots import list_dark_colours
from attrprompt.report.world_map import define_shapes

TEMPLATES = Path(__file__).parent / "templates"


def render_html(report: Report) -> str:
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
    environment.filters |= FILTERS
    environment.filters["svg"] = Markup
    library, script = get_plotlyjs(), _read("report.js")
    allowed = f"img-src data: blob:; style-src 'unsafe-inline'; script-src {_hash(library)} {_hash(script)}"
    return environment.get_template("report.html").render(
        policy=f"default-src 'none'; {allowed}",
        style=Markup(_read("report.css")),
        library=Markup(library),
        script=Markup(script),
        plots=Markup(pack_plots(report.gallery.plots())),
        shapes=Markup(define_shapes()),
        continents=CONTINENTS,
        **vars(report.facts),
        **vars(report),
    )


def pack_plots(plots: Mapping[str, Any]) -> str:
    """For a script element of plain data: no sign that could end the element stands in it."""
    content = json.dumps({"plots": plots, "dark": list_dark_colours()}, allow_nan=False)
    return content.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


@lru_cache(maxsize=4)
def _read(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _hash(script: str) -> str:
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return f"'sha256-{digest}'"
