"""The second engine against DuckDB on the same files: Sail, a Spark Connect server, on this machine.

Both run the same plans through workers of their own, in threshold mode. Where the environment of the second
engine has no such server that is said, and nothing is compared.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.measure import Figure, milliseconds
from space.engines.second import PYTHON, Second
from space.engines.workers.pool import Pool
from space.query.plan import Plan

_AGAINST: Final = "the same plan in DuckDB's worker"
_SECONDS: Final = 120.0

# Serves until its input ends, so that it does not outlive the figures.
_SERVE: Final = """
import sys
from pysail.spark import SparkConnectServer
server = SparkConnectServer("127.0.0.1", 0)
server.start(background=True)
print(server.listening_address[1], flush=True)
sys.stdin.read()
"""


def figures(
    plans: Mapping[str, Plan], files: Mapping[str, Sequence[Path]], shape: object, repeats: int = 5
) -> Iterator[Figure]:
    """Wall-clock time of every plan on Sail beside DuckDB's.

    Args:
        plans: by the name of their query.
        files: protected files of every dataset.
        shape: of the tables, as it is told.
        repeats: runs of each that count.
    """
    with _sail() as engine:
        if engine is None:
            return
        with Pool(_SECONDS, spare=False) as here, Pool(_SECONDS, spare=False, engine=engine) as there:
            for name, plan in plans.items():
                works: list[Callable[[], object]] = [partial(pool.run, plan, files) for pool in (there, here)]
                theirs, ours = (milliseconds(work, repeats) for work in works)
                bench = f"threshold on Sail: {name}; {shape}"
                yield Figure(bench, theirs, ours, "ms", "reported", _AGAINST)


@contextmanager
def _sail() -> Iterator[Second | None]:
    root = Path(__file__).resolve().parents[1]
    python = Path(os.environ.get(PYTHON) or root / ".venv-spark" / "bin" / "python")
    if not python.exists():
        print(f"  Sail IS NOT INSTALLED ({python}; run `make sail`), nothing is compared", file=sys.stderr)
        yield None
        return
    command = [str(python), "-I", "-c", _SERVE]
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=quiet, text=True)
    try:
        assert server.stdout is not None
        port = server.stdout.readline().strip()
        if not port:
            print("  Sail DOES NOT START, nothing is compared", file=sys.stderr)
        yield Second(f"sc://127.0.0.1:{port}", python) if port else None
    finally:
        server.kill()
        server.communicate()
