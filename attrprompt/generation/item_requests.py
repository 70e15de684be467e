"""An item of a plan as the request that asks for it, and its answer as the text that is stored.

The runner and the batch files use the same words for both, so a run gives the same texts however it is sent.
"""

from __future__ import annotations

from attrprompt.errors import ErrorKind
from attrprompt.generation.asked_text import AskedText
from attrprompt.generation.postprocess import asked_lengths, find_asked_length, process_answer
from attrprompt.generation.run_options import GenerationParameters
from attrprompt.llm.answers.thinking import explain_only_thinking
from attrprompt.llm.chat import ChatReply, ChatRequest
from attrprompt.project import Project
from attrprompt.records import Run
from attrprompt.store import Failed, NewSample, PlannedItem


class ItemTranslator:
    """Translates the items of one run.

    Args:
        run: whose model and parameters are used.
        document: what the run was planned from; it says which lengths were asked for.
    """

    def __init__(self, run: Run, document: Project) -> None:
        self._model = run.model
        self.parameters = GenerationParameters.model_validate(run.parameters)
        self._lengths = asked_lengths(document)
        self._kind = document.task.text
        self._labels = tuple(
            dict.fromkeys(name for _, label in document.ordered_labels() for name in (label.name, label.title))
        )

    def to_request(self, item: PlannedItem, *, timeout: float = 120.0) -> ChatRequest:
        """What is asked for an item."""
        parameters = self.parameters
        return ChatRequest(
            messages=item.messages or ({"role": "user", "content": item.prompt},),  # type: ignore[arg-type]
            model=self._model,
            temperature=parameters.temperature,
            max_tokens=parameters.max_tokens,
            top_p=parameters.top_p,
            seed=item.seed if parameters.send_seed else None,
            repetition_penalty=parameters.repetition_penalty,
            timeout=timeout,
            extra=parameters.extra,
        )

    def to_result(self, item: PlannedItem, reply: ChatReply, *, attempts: int = 1) -> NewSample | Failed:
        """How an item ends with this answer: as a text, or without one where the model did nothing but think."""
        if reply.is_only_thinking and not reply.refused:
            message = explain_only_thinking(self.parameters.max_tokens, is_cut=reply.finish_reason != "stop")
            return Failed(item.item, ErrorKind.ONLY_THINKING, message, attempts)
        return self.to_sample(item, reply)

    def to_sample(self, item: PlannedItem, reply: ChatReply) -> NewSample:
        """What is stored of an answer: the clean text with its flags, the raw answer, where it came from."""
        processed = process_answer(
            reply.text,
            finish_reason=reply.finish_reason,
            refused=reply.refused,
            length=find_asked_length(self._lengths, item.attributes),
            asked=AskedText(self._kind, self._labels, item.attributes, item.prompt),
        )
        return NewSample(
            item=item.item,
            text=processed.text,
            raw=reply.raw,
            labels=item.labels,
            attributes=item.attributes,
            prompt=item.prompt,
            messages=item.messages,
            model=reply.model if reply.model != self._model else "",
            prompt_tokens=reply.prompt_tokens or 0,
            completion_tokens=reply.completion_tokens or 0,
            request_id=reply.request_id or "",
            flags=tuple(flag.value for flag in processed.flags),
        )
