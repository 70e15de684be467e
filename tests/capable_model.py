"""A model that answers sensibly, as the `answer` of a `FaultyServer`: it knows values, whom they fit, and clashes.

It reads our questions as a model would, from their words alone, and dresses its answers as told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

VERDICT = re.compile(r"In the category '(.+?)' .* is: (.+)\n(?:.*\n)*?.*belong to the category '(.+?)'")
VALUES = re.compile(r"List (\d+) different values of '(.+?)' .*? of the category '(.+?)'")
SHARED_VALUES = re.compile(r"List (\d+) different values of '(.+?)' that suit")
CONFIGURATION = re.compile(r"^(\d+)\. (category: .+)$", re.MULTILINE)


@dataclass
class CapableModel:
    """What the model knows.

    Attributes:
        values: for each label, or "" for values of all labels, what it would name, the likeliest first.
        fits: for each label, values of other labels that fit it as well.
        dimensions: answers to the question for dimensions, as the form wants them.
        clashes: pairs of words that cannot stand in one configuration.
        dress: how answers in a form are written: bare, fenced, prose or numbered.
        text: every other answer.
    """

    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    fits: Mapping[str, Collection[str]] = field(default_factory=dict)
    dimensions: Sequence[Mapping[str, Any]] = ()
    clashes: Sequence[tuple[str, str]] = ()
    dress: str = "bare"
    text: str = "The orchestra played for two hours, and nobody left early."

    def __call__(self, body: Mapping[str, Any]) -> str:
        """The answer to a request's last message."""
        question = str(body["messages"][-1]["content"])
        if verdict := VERDICT.search(question):
            return self._judge(*verdict.groups())
        if "attribute dimensions" in question:
            return self._dress({"dimensions": [*self.dimensions]})
        if "clash" in question:
            return self._dress({"clashes": self._find_clashes(question)})
        if wanted := VALUES.search(question) or SHARED_VALUES.search(question):
            label = wanted.groups()[2] if wanted.re is VALUES else ""
            new = [each for each in self.values.get(label, ()) if f"- {each}\n" not in f"{question}\n"]
            return self._dress({"values": new[: int(wanted.group(1))]})
        return self.text

    def _judge(self, own: str, value: str, other: str) -> str:
        knows = value in self.values.get(other, ()) or value in self.fits.get(other, ())
        return f"Yes, a reader of '{own}' could think so." if knows else "no."

    def _find_clashes(self, question: str) -> list[dict[str, Any]]:
        found = []
        for line in CONFIGURATION.finditer(question):
            parts = dict(part.split(": ", 1) for part in line.group(2).split("; "))
            for first, second in self.clashes:
                names = [name for name, text in parts.items() if text in (first, second)]
                if len(names) == 2:
                    reason = f"{first} and {second} do not go together."
                    found.append(
                        {"number": int(line.group(1)), "first": names[0], "second": names[1], "reason": reason}
                    )
        return found

    def _dress(self, answer: Mapping[str, Any]) -> str:
        text = json.dumps(answer, ensure_ascii=False)
        if self.dress == "fenced":
            return f"```json\n{text}\n```"
        if self.dress == "prose":
            return f"Certainly. Here is what I found:\n{text}\nTell me if you need more [1]."
        if self.dress == "numbered":
            items = next(iter(answer.values()))
            return "\n".join(f"{number}. {item}" for number, item in enumerate(items, start=1))
        return text
