"""Where the files lie that travel with the core without being part of it: the app's script, its icon, the demo's texts.

A checkout keeps them beside the package. A wheel carries them inside it, in `_app`, so that an installation puts no
module called `pages` or `components` into anybody's environment (`force-include` in pyproject.toml).
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_PACKED = _PACKAGE / "_app"

IMPORT_FOLDER = _PACKAGE.parent
"""A process that starts here imports this very package, whatever else is installed."""

APP_FOLDER = _PACKED if _PACKED.is_dir() else IMPORT_FOLDER
"""Holds `app.py`, `pages`, `components`, `static`, `.streamlit` and `examples/agnews`."""
