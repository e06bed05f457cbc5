"""A process whose job kills it, as a reader does that is refused memory: by itself, or as a child."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from catalog.home import Home
from catalog.keys import load
from catalog.store import open_store
from space.engines.workers.pool import Pool
from space.jobs import alone, running
from space.jobs.kinds import Kind, Outcome
from space.jobs.running import Runner
from space.jobs.work import Bench, Work
from space.verification.verifier import Verifier


def dies(work: Work) -> Outcome:
    """Note that it was begun, and take the process down."""
    with (work.bench.home.root / "deaths").open("a", encoding="utf-8") as file:
        file.write(f"{work.job.id}\n")
    os.abort()


def here() -> None:
    """Take the job that waits longest, in this process."""
    home = Home(Path(os.environ["YBZ_HOME"]))
    engine, held = open_store(home), load(home)
    verifier = Verifier(engine, home, held, Pool(), lambda: datetime.now(UTC))
    Runner(Bench(home, engine, held.signer, lambda: datetime.now(UTC), verifier)).turn()


if __name__ == "__main__":
    running.KINDS = {"dcat-export": Kind(dies)}  # type: ignore[misc]
    if len(sys.argv) > 1:
        alone.main(sys.argv[1], int(sys.argv[2]))
    else:
        here()
