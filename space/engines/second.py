"""The second engine as a setting: where its server is, and with which interpreter it is spoken to.

``YBZ_ENGINE_URL=sc://host:port`` chooses it, ``YBZ_ENGINE_PYTHON`` names an interpreter that has the client's
libraries (default: ``.venv-spark/bin/python`` beside the project). Decides what is said where it cannot be
used, and how its carrier is started. Without the setting queries run in DuckDB inside the worker.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from catalog.settings import reading as settings
from policies.decision import Reason
from space.engines.spark.frames import ANSWER, READY, receive, send
from space.errors import SpaceError
from space.query.plan import Plan

URL: Final = "YBZ_ENGINE_URL"
PYTHON: Final = "YBZ_ENGINE_PYTHON"
_ROOT: Final = Path(__file__).resolve().parents[2]
_SCHEME: Final = "sc://"
_CARRIER: Final = _ROOT / "space" / "engines" / "spark" / "start.py"
# The libraries are told to start no thread of their own before the walls rise.
_ENVIRONMENT: Final = {
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
NOT_THERE: Final = Reason(
    "query.second_engine",
    "the query uses a form that the engine of this installation has not",
    allowed="group with year(), date_trunc(), left(); aggregate with count, sum, avg, min, max",
)


class NotUsable(SpaceError):
    """The second engine is asked for by a setting that cannot be followed."""


@dataclass(frozen=True, slots=True)
class Second:
    """A Spark Connect server, and the interpreter of whoever speaks to it.

    Attributes:
        url: ``sc://host:port``, perhaps with ``;token=…;use_ssl=true``; never shown whole.
        python: interpreter with the client's libraries.
    """

    url: str
    python: Path

    @property
    def shown(self) -> str:
        """The address without what may be secret."""
        return self.url.split(";")[0].rstrip("/")

    def start(self, asked: int, answered: int, seconds: float) -> subprocess.Popen[bytes]:
        """Start a carrier.

        Args:
            asked: descriptor that a worker's statements come by.
            answered: descriptor that what they give goes back by.
            seconds: of wall clock a query may take.
        """
        carrier = subprocess.Popen(  # noqa: S603  (the interpreter is the installation's own setting)
            [str(self.python), "-I", str(_CARRIER), str(asked), str(answered)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT,
            cwd="/",
            pass_fds=(asked, answered),
        )
        assert carrier.stdin is not None
        # The address may hold a token: it stands in no argument and no environment of the carrier.
        send(carrier.stdin, READY, json.dumps({"url": self.url, "seconds": seconds}).encode())
        return carrier

    def examine(self, seconds: float) -> tuple[dict[str, bool], bool]:
        """Which walls stand around a carrier, and whether the server answers it in time."""
        asked, mine = os.pipe()
        yours, answered = os.pipe()
        try:
            carrier = self.start(asked, answered, seconds)
        finally:
            for end in (asked, mine, yours, answered):
                os.close(end)
        try:
            assert carrier.stdin is not None
            assert carrier.stdout is not None
            walls = _within(carrier, seconds)
            if walls is None or walls[0] != READY:
                return {}, False
            # Asked only now: an answer that is there with the walls is read with them, and then waited for.
            with contextlib.suppress(OSError):
                send(carrier.stdin, READY, json.dumps({"tables": None}).encode())
            stands = _within(carrier, seconds)
            return json.loads(walls[1]), stands is not None and stands[0] == ANSWER
        finally:
            stop(carrier)


def stop(carrier: subprocess.Popen[bytes]) -> None:
    """End a carrier now."""
    carrier.kill()
    carrier.wait()
    for stream in (carrier.stdin, carrier.stdout):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()


def second_engine(environment: Mapping[str, str] | None = None) -> Second | None:
    """The second engine of this installation; None where none is set.

    Args:
        environment: the process's, where None.

    Raises:
        NotUsable: the address or the interpreter is none.
    """

    def given(name: str) -> str:
        return settings.value(name) if environment is None else environment.get(name, "")

    url = given(URL).strip()
    if not url:
        return None
    host = url.removeprefix(_SCHEME).split(";")[0]
    if not url.startswith(_SCHEME) or not host.strip("/"):
        raise NotUsable(f"{URL} is no address of a Spark Connect server — write sc://host:port, or unset it")
    python = Path(given(PYTHON) or _ROOT / ".venv-spark" / "bin" / "python")
    if not os.access(python, os.X_OK):
        raise NotUsable(
            f"there is no interpreter at {python} to speak to the engine {URL} names — "
            f"run `make spark`, or set {PYTHON}"
        )
    return Second(url, python.absolute())


def objection(plan: Plan, files: Mapping[str, Sequence[Path]]) -> Reason | None:
    """Why the second engine cannot run a plan; None where it can. Depends on no row.

    Args:
        plan: checked.
        files: of its datasets; the types of the columns of data without units are read off them.
    """
    from space.engines.spark.sql import forms
    from space.engines.threshold import statements

    guarded = [statements.rows(block) for block in plan.blocks if block.kind != "plain"]
    plain = [block.plain_sql for block in plan.blocks if block.kind == "plain"]
    lacking = any(map(forms, guarded)) or (plain and not _has_all(plain, plan, files))
    return NOT_THERE if lacking else None


def _has_all(texts: Sequence[str], plan: Plan, files: Mapping[str, Sequence[Path]]) -> bool:
    import pyarrow.parquet as pq

    from space.engines.spark.answers import kinds_of
    from space.engines.spark.functions import Untranslatable
    from space.engines.spark.sql import translated

    stored = kinds_of(
        pq.read_schema(files[name][0]).empty_table() for name in plan.datasets if files.get(name)
    )
    names = {name: name for name in plan.datasets}
    try:
        return all(translated(text, names, stored) for text in texts)
    except Untranslatable:
        return False


def tables(files: Mapping[str, Sequence[str]]) -> bytes:
    """The message that names the tables of the next plan."""
    return json.dumps({"tables": {name: list(paths) for name, paths in files.items()}}).encode()


def _within(carrier: subprocess.Popen[bytes], seconds: float) -> tuple[bytes, bytes] | None:
    assert carrier.stdout is not None
    ready, _, _ = select.select([carrier.stdout], [], [], seconds)
    return receive(carrier.stdout) if ready else None
