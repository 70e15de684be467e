"""Presses that Streamlit 1.67 loses or misreads where two messages of a browser lie close together.

A script gives way to the newest request at almost every `st` call. Three things that people did are lost by this:

* A press whose callback has not begun: the request that interrupts carries only its own change.
* The second half of a callback, for the same reason.
* What is typed and left by pressing a button: the callback is the one of the script before, which has not read it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.runtime.scriptrunner import get_script_run_ctx, script_runner
from streamlit.runtime.scriptrunner_utils.script_requests import (
    RerunData,
    ScriptRequest,
    ScriptRequests,
    ScriptRequestType,
)

_SESSIONS = 128  # in one that is forgotten, the next press costs a run more
_TRIGGERS = ("trigger_value", "string_trigger_value", "json_trigger_value")


def keep_presses() -> None:
    """Scripts that begin from here on give way between two interactions only; called again, it changes nothing."""
    script_runner.ScriptRequests = PatientRequests  # type: ignore[attr-defined]


class PatientRequests(ScriptRequests):
    """Requests of one browser tab: callbacks are never cut, and what was typed is read before a press is answered."""

    def __init__(self) -> None:
        super().__init__()
        self._running = RerunData()
        self._asked_by_script = False  # st.rerun and st.stop end a script at once, as always
        self._ends = False  # by st.stop, while a press waits

    def request_stop(self) -> None:
        """End the script: the tab was closed, or the script says so."""
        self._asked_by_script = _is_in_script()
        self._ends = self._asked_by_script and self._state is ScriptRequestType.RERUN
        if not self._ends:  # else what waits would be forgotten
            super().request_stop()

    def on_scriptrunner_ready(self) -> ScriptRequest:
        """What to run next, when nothing runs."""
        return self._begin(super().on_scriptrunner_ready())

    def on_scriptrunner_yield(self) -> ScriptRequest | None:
        """What to give way to; None where the script must go on."""
        if self._ends:
            self._ends = False
            return ScriptRequest(ScriptRequestType.STOP)
        request = None if self._must_go_on() else super().on_scriptrunner_yield()
        return None if request is None else self._begin(request)

    def request_rerun(self, new_data: RerunData) -> bool:
        """Run the script again: somebody did something, or the script says so."""
        self._asked_by_script = _is_in_script()
        return super().request_rerun(new_data)

    def request_rerun_batch(self, rerun_batch: list[RerunData]) -> bool:
        """Run the script again: callbacks say so."""
        self._asked_by_script = True
        return super().request_rerun_batch(rerun_batch)

    def _must_go_on(self) -> bool:
        if self._asked_by_script:
            return False
        context = get_script_run_ctx(suppress_warning=True)
        if context is not None and not context.has_script_started:
            return True  # callbacks come before the script
        is_read = _is_press(self._running) or self._running.is_auto_rerun
        return self._state is ScriptRequestType.RERUN and _is_press(self._rerun_data) and not is_read

    def _begin(self, request: ScriptRequest) -> ScriptRequest:
        self._asked_by_script = False
        if request.type is not ScriptRequestType.RERUN:
            return request
        data = request.rerun_data
        context = get_script_run_ctx(suppress_warning=True)
        if context is not None and data.widget_states is not None:
            typed = _note_typed(context.session_id, data.widget_states)
            if typed and _is_press(data):
                super().request_rerun(data)
                data = replace(data, widget_states=_without_presses(data.widget_states))
        self._running = data
        return ScriptRequest(ScriptRequestType.RERUN, data)


def _is_in_script() -> bool:
    return get_script_run_ctx(suppress_warning=True) is not None


def _is_trigger(state: WidgetState) -> bool:
    return state.WhichOneof("value") in _TRIGGERS


def _is_press(data: RerunData) -> bool:
    states = data.widget_states.widgets if data.widget_states is not None else ()
    return any(_is_trigger(state) and bool(getattr(state, state.WhichOneof("value") or "")) for state in states)


def _without_presses(states: WidgetStates) -> WidgetStates:
    return WidgetStates(widgets=[state for state in states.widgets if not _is_trigger(state)])


@lru_cache(maxsize=_SESSIONS)
def _values_of(session_id: str) -> dict[str, bytes]:
    """The widgets' values that the browser sent last, by the widgets' ids."""
    return {}


def _note_typed(session_id: str, states: WidgetStates) -> bool:
    """Whether a value is not the one that this browser sent last; a widget's first one counts, as it may be typed."""
    known = _values_of(session_id)
    values = {state.id: state.SerializeToString() for state in states.widgets if not _is_trigger(state)}
    is_typed = any(known.get(name) != value for name, value in values.items())
    known.clear()
    known.update(values)
    return is_typed
