"""A real Spark Connect server for tests: Sail, in the environment of the second engine.

Decides where its interpreter is and starts one server that only this machine can reach. A test that needs it
and finds none fails, saying what to do.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from space.engines.second import PYTHON, Second

ROOT = Path(__file__).resolve().parents[1]

# Serves until its input ends, so that it does not outlive the test.
_SERVE = """
import sys
from pysail.spark import SparkConnectServer
server = SparkConnectServer("127.0.0.1", 0)
server.start(background=True)
print(server.listening_address[1], flush=True)
sys.stdin.read()
"""


class NoSail(Exception):
    """The environment of the second engine is not there, or has no server."""


def interpreter() -> Path:
    """The interpreter that has the client and Sail.

    Raises:
        NoSail: there is none.
    """
    found = Path(os.environ.get(PYTHON) or ROOT / ".venv-spark" / "bin" / "python")
    if not found.exists():
        raise NoSail(f"there is no {found} — run `make sail`, or name an interpreter with {PYTHON}")
    return found


@contextmanager
def sail() -> Iterator[tuple[Second, subprocess.Popen[str]]]:
    """A server of its own and its process, ended after the block."""
    python = interpreter()
    server = subprocess.Popen(
        [python, "-I", "-c", _SERVE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        port = server.stdout.readline().strip()
        if not port:
            raise NoSail(f"{python} has no Sail that starts — run `make sail`")
        yield Second(f"sc://127.0.0.1:{port}", python), server
    finally:
        server.kill()
        server.wait()
        for stream in (server.stdin, server.stdout):
            if stream is not None:
                stream.close()
