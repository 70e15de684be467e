"""`python -m attrprompt …`: the command line."""

from __future__ import annotations

import sys

from attrprompt.cli import main

sys.exit(main())
