"""``ybz serve`` in a process of its own, for tests of how it stops and what it withstands."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from catalog.home import Home

PROGRAM = (sys.executable, "-c", "from ybz import main; main()")


@dataclass
class Served:
    """A running server.

    Attributes:
        process: it.
        said: every line of its error stream so far.
        address: it listens on.
    """

    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)
    address: str = ""

    @property
    def place(self) -> tuple[str, int]:
        """Host and port, for a connection by hand."""
        host, _, port = self.address.removeprefix("http://").rpartition(":")
        return host, int(port)

    def children(self) -> list[int]:
        """Process numbers of its workers."""
        threads = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(number) for path in threads for number in path.read_text(encoding="ascii").split()]

    def stop(self, within_s: float = 30) -> None:
        """Tell it to stop and wait until it has."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(within_s)

    def raw(self, text: bytes, patience_s: float = 20) -> bytes:
        """Send bytes on a connection of its own; whatever comes until it is closed."""
        with socket.create_connection(self.place, timeout=patience_s) as connection:
            connection.sendall(text)
            came = b""
            with contextlib.suppress(ConnectionResetError):  # closed with some of ours unread
                while part := connection.recv(65536):
                    came += part
            return came


def ruled(home: Home, **values: float) -> None:
    """Rules of the service as this installation states them."""
    home.rules.mkdir(exist_ok=True)
    rows = [
        f"  - {{name: {name}, value: {value}, source: test, valid_from: 2026-01-01, confidence: test}}"
        for name, value in values.items()
    ]
    (home.rules / "service.yaml").write_text("\n".join(["rules:", *rows, ""]), encoding="utf-8")


def _read_on(server: Served) -> None:
    """Keep what the server says; its stream may be closed under whoever reads it."""
    with contextlib.suppress(ValueError):
        for line in server.process.stderr or ():
            server.said.append(line)


@contextmanager
def served(home: Home, *options: str, environment: Mapping[str, str] | None = None) -> Iterator[Served]:
    """A server over an installation, stopped after the block."""
    command = [*PROGRAM, "serve", "--port", "0", *options]
    given = {**os.environ, "YBZ_HOME": str(home.root), "PYTHONUNBUFFERED": "1", **(environment or {})}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=given) as process:
        made = Served(process)
        assert process.stderr is not None
        for line in process.stderr:
            made.said.append(line)
            if found := re.search(r"running on (http://[^\s\"]+)", line):
                made.address = found.group(1)
                break
        assert made.address, "".join(made.said)
        # Its stream is read on, or it would stand still once the pipe is full.
        reader = threading.Thread(target=_read_on, args=(made,), daemon=True)
        reader.start()
        try:
            yield made
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(30)
                except subprocess.TimeoutExpired:
                    process.kill()
            reader.join(10)
