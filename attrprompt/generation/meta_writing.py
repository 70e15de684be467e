"""Writing MetaPrompt's prompts in the background: one at a time in a project, visible from every tab, with a stop."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrprompt.generation.metaprompt.kept import MetaPrompts, write_and_keep
from attrprompt.llm.chat import Endpoint
from attrprompt.runtime.background import BackgroundWork, Tell
from attrprompt.sampling import LabelSet
from attrprompt.store import StoredProject

if TYPE_CHECKING:
    from pydantic import SecretStr

    from attrprompt.runtime.runtime import Runtime

KIND = "metaprompt"


class MetaWritings(BackgroundWork[MetaPrompts]):
    """The writings of one runtime."""

    def __init__(self, runtime: Runtime) -> None:
        busy = "Prompts of this project are being written already. Wait for them, or stop that first."
        super().__init__(runtime, KIND, busy)

    def start(
        self,
        project: StoredProject,
        label_sets: Sequence[LabelSet],
        count: int,
        endpoint: Endpoint,
        key: SecretStr | None = None,
    ) -> None:
        """Begin to write in the background.

        Raises:
            InputError: prompts of this project are being written already, or the embedded model cannot start.
        """
        if endpoint.is_embedded:
            self._runtime.embedded().start()  # so that a missing package or file is said at once

        async def work(stop: asyncio.Event, tell: Tell) -> tuple[MetaPrompts, str]:
            written = await write_and_keep(
                self._runtime,
                project,
                label_sets,
                count,
                endpoint,
                key,
                stop=stop,
                on_done=lambda done, of: tell(done / of, f"{done} of {of} classes"),
            )
            return written, ""

        self.begin(project.id, work)
