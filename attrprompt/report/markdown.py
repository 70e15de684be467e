"""The report as Markdown: the same words and tables, for a wiki, a paper's appendix or a pull request.

Every value that a template prints is escaped unless it says otherwise, so that no text of a model or a person becomes a
link, a heading or HTML where the file is shown. Whole texts and prompts stand in code blocks, as they are.
"""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup

from attrprompt.analysis.regions.tables import CONTINENTS
from attrprompt.project import canonical_json
from attrprompt.report.compose import Report
from attrprompt.report.formats import FILTERS
from attrprompt.report.html import TEMPLATES

_SIGNS = re.compile(r"([\\`*_{}\[\]<>|~&$])")
_LIST_START = re.compile(r"^([-+=:#]|\d+(?=[.)](?:\s|$)))")
_TICKS = re.compile(r"`+")


def render_markdown(report: Report, *, figures: str) -> str:
    """The whole file.

    Args:
        figures: folder of the figures beside the file; empty where there are none, then no image is linked.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,  # of what `finalize` leaves as it is, nothing needs it; it marks what macros return as written
        undefined=StrictUndefined,
        finalize=_escape_unless_written,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= FILTERS
    environment.filters |= {
        "block": fence,
        "code": quote_code,
        "json": lambda value: quote_code(canonical_json(value)),
        "written": Markup,
    }
    text = environment.get_template("report.md").render(
        figures=Markup(figures), continents=CONTINENTS, **vars(report.facts), **vars(report)
    )
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def escape_markdown(text: str) -> str:
    """Words in one line in which no sign means anything to a reader of Markdown or HTML."""
    line = " ".join(text.split())
    return _LIST_START.sub(_guard_list_start, _SIGNS.sub(r"\\\1", line))


def fence(text: str) -> Markup:
    """A code block that holds the text as it is, fenced longer than any run of backticks in it."""
    ticks = "`" * max(3, _longest_run(text) + 1)
    return Markup(f"{ticks}text\n{text}\n{ticks}")


def quote_code(text: str) -> Markup:
    """A stretch of code within a line."""
    ticks = "`" * (_longest_run(text) + 1)
    return Markup(f"{ticks} {text} {ticks}" if len(ticks) > 1 else f"`{text}`")


def _longest_run(text: str) -> int:
    return max((len(run) for run in _TICKS.findall(text)), default=0)


def _guard_list_start(found: re.Match[str]) -> str:
    """A sign gets the backslash before it; a number cannot have one, so it goes before the dot that follows."""
    return f"{found[0]}\\" if found[0].isdigit() else f"\\{found[0]}"


def _escape_unless_written(value: Any) -> Any:
    return Markup(escape_markdown(value)) if isinstance(value, str) and not isinstance(value, Markup) else value
