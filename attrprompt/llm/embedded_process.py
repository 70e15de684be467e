"""The process in which the embedded model runs: `python -m attrprompt.llm.embedded_process`.

A process of its own, because llama.cpp inside the app's process would take over SIGINT and SIGTERM, hold Python's
global lock while it loads, wait for ever (with that lock) when it is closed with a request under way, and take the
whole app down with it where it aborts. It reads one line of JSON from stdin (so that the key shows in no process
list), answers with one line of JSON, and ends when its stdin closes, which also happens when its parent is killed.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

NICENESS = 5
QUIET = -1
HTTP_THREADS = 96
"""A connection that is kept alive holds a thread even while it is idle, so there are more than slots."""


def main() -> None:
    """Serve the model named on stdin until stdin closes."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    config = json.loads(sys.stdin.readline())
    os.nice(NICENESS)
    try:
        server = start_server(config)
    except (ImportError, RuntimeError, ValueError, OSError) as error:
        answers.write(json.dumps({"error": f"{type(error).__name__}: {error}"}) + "\n")
        answers.flush()
        os._exit(1)
    answers.write(json.dumps({"address": server.listening_address}) + "\n")
    answers.flush()
    sys.stdin.read()
    os._exit(0)


def start_server(config: dict[str, Any]) -> Any:
    """Load the model and listen on the loopback; returns xllamacpp's server, which lives as long as it is held."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = config["path"]
    params.model_alias = {config["model"]}
    params.hostnames = ["127.0.0.1"]
    params.port = config["port"]
    params.api_keys = [config["api_key"]]
    params.n_parallel = config["slots"]
    params.n_ctx = config["slots"] * config["context"]
    params.n_gpu_layers = 0
    params.cpuparams.n_threads = config["threads"]
    params.cpuparams_batch.n_threads = config["threads"]
    params.n_threads_http = HTTP_THREADS
    params.cache_ram_mib = 0
    params.warmup = False
    params.verbosity = QUIET
    params.offline = True
    params.ui = False
    params.endpoint_slots = False
    return xllamacpp.Server(params)


if __name__ == "__main__":
    main()
