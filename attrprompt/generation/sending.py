"""Starting, stopping and owning runs, whichever process sends them.

The operating system's lock says who sends a run: it vanishes with the process, `kill -9` included.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future
from dataclasses import replace

from pydantic import SecretStr

from attrprompt.errors import InputError
from attrprompt.generation.runner import RunExecution
from attrprompt.llm.chat import Endpoint
from attrprompt.records import Run, RunState
from attrprompt.runtime.endpoints import endpoint_of
from attrprompt.runtime.runtime import Runtime
from attrprompt.store.locks import ProcessLock, run_lock


class Sending:
    """The runs that one runtime sends. Safe to use from any thread.

    Args:
        runtime: whose loop, store, clients and prices are used.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._guard = threading.Lock()
        self._executions: dict[int, RunExecution] = {}

    def start(self, run: Run, key: SecretStr | None) -> Future[RunState]:
        """See `start_run`.

        Raises:
            InputError: a process sends this run already, or the embedded model lacks its package or file.
        """
        lock = run_lock(self._runtime.home, run.id)
        if not lock.acquire():
            raise InputError(f"The run '{run.name}' is running in process {lock.holder()}.")
        try:
            endpoint = endpoint_of(run)
            if endpoint.is_embedded:
                self._runtime.embedded().start()  # so that a missing package or file is said at once
            ready: Future[RunExecution] = Future()
            future = self._runtime.submit(self._execute(run, endpoint, key, lock, ready))
        except BaseException:
            lock.release()
            raise
        execution = ready.result()  # the sending has the lock now, and lets go of it
        with self._guard:
            self._executions[run.id] = execution
        future.add_done_callback(lambda _: self._forget(run.id))
        return future

    def request_end(self, run_id: int, state: RunState) -> None:
        """Have a run end at once, where this runtime sends it."""
        with self._guard:
            execution = self._executions.get(run_id)
        if execution is not None:
            self._runtime.call_soon(execution.request_end, state)

    async def _execute(
        self, run: Run, endpoint: Endpoint, key: SecretStr | None, lock: ProcessLock, ready: Future[RunExecution]
    ) -> RunState:
        try:
            client = self._runtime.make_client(endpoint, key)
            prices = self._runtime.prices_for(run.dataset.project_id)
            execution = RunExecution(
                self._runtime.store,
                run,
                client,
                cost_of=lambda prompt, completion: prices.cost(run.model, run.endpoint, prompt, completion),
            )
            try:
                return await execution.execute(on_begun=lambda: ready.set_result(execution))
            finally:
                await client.close()
        except BaseException as error:
            if not ready.done():
                ready.set_exception(error)
            raise
        finally:
            lock.release()

    def _forget(self, run_id: int) -> None:
        with self._guard:
            self._executions.pop(run_id, None)


def start_run(runtime: Runtime, run_id: int, key: SecretStr | None = None) -> Future[RunState]:
    """Send what is left of a run, which is marked as running on return; the future gives the state it ended in.

    Raises:
        InputError: somebody sends this run already, it is done, or all that is left of it waits for a batch.
    """
    run = runtime.store.runs.load(run_id)
    if run.state is RunState.DONE:
        raise InputError(f"The run '{run.name}' is done; nothing is left to send.")
    if run.waiting and not run.sendable:
        raise InputError(
            f"All {run.waiting:,} prompts left of '{run.name}' wait for the results of a batch; sending them now "
            "may pay for them twice. Take its results in, or give it up (on the command line: resume --anyway)."
        )
    return runtime.background(Sending).start(run, key)


def end_run(runtime: Runtime, run_id: int, state: RunState) -> None:
    """Ask a run to stop or pause, in whichever process it lives; at once where it is this one."""
    runtime.store.runs.ask_for(run_id, state)
    runtime.background(Sending).request_end(run_id, state)


def load_run(runtime: Runtime, run_id: int) -> Run:
    """The run with its true state: a row "running" whose lock is free was interrupted."""
    return _with_true_state(runtime, runtime.store.runs.load(run_id))


def list_runs(runtime: Runtime, project_id: str) -> list[Run]:
    """A project's runs with their true states, the newest first."""
    return [_with_true_state(runtime, run) for run in runtime.store.runs.list_all(project_id)]


def owner_of(runtime: Runtime, run_id: int) -> int | None:
    """The process that sends this run now, or None."""
    return run_lock(runtime.home, run_id).holder()


def _with_true_state(runtime: Runtime, run: Run) -> Run:
    if run.state is RunState.RUNNING and owner_of(runtime, run.id) is None:
        return replace(run, state=RunState.INTERRUPTED)
    return run
