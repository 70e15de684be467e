"""Kill the process twenty times at random moments of one run, and resume it each time.

    python benchmarks/crash.py [--kills 20] [--prompts 500]

The command line sends the run to `tests/faulty_server.py`; `kill -9` comes after a random number of further answers.
Target: every prompt has one answer in the end, and the server has answered at most as many requests as there are
prompts, plus what was in flight at each kill.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.engine import ROOT, serve

CONCURRENCY = 8
LATENCY = 0.05


def main() -> None:
    """Kill, resume, count; the ratio of requests answered to those allowed comes last, as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--prompts", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as home, serve(LATENCY) as url:
        command = [sys.executable, "-m", "attrprompt", "--home", home, "--json"]
        subprocess.run([*command, "new", "p1", "--labels", "a,b"], cwd=ROOT, check=True, capture_output=True)
        arguments = ["generate", "p1", "--method", "simprompt", "--per-class", str(options.prompts // 2)]
        arguments += ["--run", "r1", "--base-url", url, "--model", "m", "--concurrency", str(CONCURRENCY)]
        killed = 0
        for _ in range(options.kills):
            most = max(2, 2 * options.prompts // (options.kills + 5))
            killed += kill_after(chance.randint(1, most), [*command, *arguments], url)
            arguments = ["resume", "p1", "r1"]
        done = subprocess.run([*command, *arguments], cwd=ROOT, capture_output=True, text=True)
        result = json.loads(done.stdout)
        answered = count_answers(url)
    allowed = options.prompts + killed * CONCURRENCY
    print(f"{killed} kills; {result['completed']} of {options.prompts} completed; failed: {result['failed']}")
    print(f"answered by the server: {answered}; allowed: {allowed}; counted as maybe billed twice: ", end="")
    print(result["maybe_billed_twice"])
    ok = result["completed"] == options.prompts and answered <= allowed
    facts = {"kills": killed, "completed": result["completed"], "answered": answered, "allowed": allowed, "ok": ok}
    print(json.dumps({"benchmark": "crash", "ratio": round(answered / allowed, 3), "target": 1.0, **facts}))
    sys.exit(0 if ok else 1)


def kill_after(answers: int, command: list[str], url: str) -> bool:
    """Start a process and kill it once the server has given so many more answers; False where it ended before."""
    before = count_answers(url)
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while count_answers(url) < before + answers and process.poll() is None:
        time.sleep(0.02)
    ended = process.poll() is not None
    process.send_signal(signal.SIGKILL)
    process.wait()
    return not ended


def count_answers(url: str) -> int:
    """How many texts the server has given so far."""
    with urllib.request.urlopen(url.removesuffix("/v1") + "/record", timeout=10) as response:
        return int(json.load(response)["answered"])


if __name__ == "__main__":
    main()
