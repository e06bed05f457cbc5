"""A worker that is killed at one step of its work, run in place of the real one.

The program of a worker, unchanged but for the one place at which it ends. Whoever runs this file gives it
``STEP`` as a global, since nothing of the caller's environment reaches a worker.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any, NoReturn

STEP: str = globals().get("STEP", "")
BUSY = "SELECT count(*) FROM range(1000000) AS a, range(1000000) AS b WHERE (a.range * b.range) % 7 = 3"


def die(*_: Any, **__: Any) -> NoReturn:
    """Be killed, now."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


def after(module: Any, name: str) -> None:
    """Die when something is done."""
    real = getattr(module, name)

    def then(*given: Any, **named: Any) -> NoReturn:
        real(*given, **named)
        die()

    setattr(module, name, then)


def while_a_statement_runs(module: Any) -> None:
    """Die in the middle of a statement of the engine, inside the walls."""
    real = module.connect

    def busy(*given: Any, **named: Any) -> NoReturn:
        connection = real(*given, **named)
        threading.Thread(target=lambda: (time.sleep(0.2), die()), daemon=True).start()
        connection.execute(BUSY).fetchall()
        raise AssertionError("the statement came to its end")

    module.connect = busy


def send_in_part(worker: Any) -> None:
    """Die when a part of the answer is written."""
    real = worker.send

    def send(stream: Any, kind: bytes, body: Any = b"") -> None:
        if kind != worker.ANSWER:
            real(stream, kind, body)
            return
        head = kind + len(body).to_bytes(8, "little")
        parts = {
            "answer ready": b"",
            "head half written": head[:4],
            "head written": head,
            "body half written": head + bytes(body)[: len(body) // 2],
            "all but a byte written": head + bytes(body)[:-1],
            "answer written": head + bytes(body),
        }
        stream.write(parts[STEP])
        stream.flush()
        die()

    worker.send = send


def main() -> None:
    """Work until the step."""
    if STEP == "starting":
        die()
    from space.engines import duckdb
    from space.engines.private import noise
    from space.engines.threshold import cells
    from space.engines.threshold import release as threshold
    from space.engines.workers import matching, walls, worker

    # As an interpreter would start the module: python -I -m MODULE.
    words = sys.argv[sys.argv.index("-m") + 1 :]
    kind: Any = import_module(words[0])
    sys.argv = words
    places: dict[str, Callable[[], None]] = {
        "loading": lambda: setattr(worker, "send", die),
        "request read": lambda: setattr(walls, "raise_walls", die),
        "hardened": lambda: after(walls, "raise_walls"),
        "files opened": lambda: [after(room, "connect") for room in (duckdb, matching)],
        "statement running": lambda: [while_a_statement_runs(room) for room in (duckdb, matching)],
        "base statement done": lambda: after(cells.Cells, "of"),
        "thresholding": lambda: (setattr(threshold.dominance, "judge", die), setattr(noise, "_noisy", die)),
    }
    places.get(STEP, lambda: send_in_part(worker))()
    kind.main()


if __name__ == "__main__":
    main()
