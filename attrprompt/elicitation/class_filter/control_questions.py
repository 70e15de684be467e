"""Control questions: is it worth asking this model for verdicts at all?

Asked whether values fit another label as well, a very small model says "no" to everything (the embedded one does), and
its verdicts would overrule the embeddings. So a model first gets questions whose answers are known: does a label's
clearest value belong to that label, and does it belong to the label that is least like it?
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from attrprompt.elicitation.class_filter.findings import Comparand
from attrprompt.elicitation.class_filter.verdicts import Questioner, Verdict, ask_about
from attrprompt.llm.asking import RawReply
from attrprompt.llm.chat import Message
from attrprompt.project import Project

CONTROL_LABELS = 3
LARGEST_SHARE_WRONG = 0.2


@dataclass(frozen=True)
class Control:
    """A question whose answer is known."""

    messages: list[Message]
    expected: Verdict


@dataclass(frozen=True)
class ControlResult:
    """How a model did on the control questions; `gave_up` says why some got no answer, empty where all got one."""

    right: int
    asked: int
    replies: tuple[RawReply, ...]
    gave_up: str = ""

    @property
    def is_trusted(self) -> bool:
        """It may be asked about values: at most a fifth of its answers was wrong, or nothing could be asked."""
        return self.asked - self.right <= LARGEST_SHARE_WRONG * self.asked

    @property
    def sentence(self) -> str:
        """What came of it, for people."""
        result = f"The model answered {self.right} of {self.asked} control questions right"
        if not self.asked:
            return "There was nothing to put the model to the test with."
        if self.is_trusted:
            return f"{result}."
        return f"{result}, so it was not asked about the values. {self.gave_up}".strip()


def choose_controls(
    project: Project,
    dimension_id: str,
    checks: Mapping[str, Mapping[str, Sequence[Comparand]]],
    far: Mapping[str, str],
) -> list[Control]:
    """Two questions for each of a few labels: its clearest value asked of itself (yes) and of the least like (no).

    With two labels the second kind is left out: the other label is then the similar one, and the answer is not known.
    """
    clearest = []
    for label_id, values in checks.items():
        if label_id in far:
            value_id, margin = max(
                ((key, min((check.margin or 0.0) for check in found)) for key, found in values.items()),
                key=lambda pair: pair[1],
            )
            clearest.append((margin, label_id, value_id))
    controls: list[Control] = []
    for _, label_id, value_id in sorted(clearest, key=lambda candidate: -candidate[0])[:CONTROL_LABELS]:
        text, other = project.dimensions[dimension_id].values[value_id].text, far[label_id]
        controls.append(Control(ask_about(project, dimension_id, other, text, label_id), Verdict.YES))
        if len(project.labels) > 2:
            controls.append(Control(ask_about(project, dimension_id, label_id, text, other), Verdict.NO))
    return controls


async def ask_controls(questioner: Questioner, controls: Sequence[Control]) -> ControlResult:
    """Put the control questions.

    Raises:
        ProviderError: the endpoint refuses for good.
    """
    answers = await asyncio.gather(*(questioner.ask(control.messages) for control in controls))
    right = sum(answer.verdict is control.expected for answer, control in zip(answers, controls, strict=True))
    gave_up = next((answer.gave_up for answer in answers if answer.gave_up), "")
    return ControlResult(right, len(controls), tuple(reply for answer in answers for reply in answer.replies), gave_up)
