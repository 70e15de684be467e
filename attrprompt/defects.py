"""What nobody foresaw: a sentence for the person, the traceback for whoever mends it."""

from __future__ import annotations

import errno
import tempfile
import time
import traceback
from pathlib import Path

LARGEST_LOG = 1_000_000
LOG_FILE = Path("logs") / "errors.log"


def explain_defect(error: Exception, home: Path, doing: str) -> str:
    """One sentence on an error that no code expected; what else is known of it goes to a log file.

    Args:
        doing: the command or page in which it arose.
    """
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full, so this was not finished: free some space and try again. What {home} holds is kept."
    if isinstance(error, OSError) and error.strerror:
        what = f"{error.strerror}: {error.filename}." if error.filename else f"{error.strerror}."
    else:
        what = f"This is a defect of the app ({type(error).__name__}), not of what you gave. What was stored is kept."
    log = _keep_traceback(error, home, doing)
    return f"{what} {log} says more." if log else what


def _keep_traceback(error: Exception, home: Path, doing: str) -> Path | None:
    """Add it to the home's log, or to one among the temporary files where the home cannot be written to."""
    lines = [f"{time.strftime('%Y-%m-%d %H:%M:%S')} {doing}\n", *traceback.format_exception(error), "\n"]
    for log in (home.absolute() / LOG_FILE, Path(tempfile.gettempdir()) / f"attrprompt-{LOG_FILE.name}"):
        try:
            log.parent.mkdir(parents=True, exist_ok=True)
            fresh = not log.exists() or log.stat().st_size > LARGEST_LOG
            with log.open("w" if fresh else "a", encoding="utf-8", errors="backslashreplace") as file:
                file.writelines(lines)
        except OSError:
            continue
        return log
    return None
