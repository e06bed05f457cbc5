"""A real S3-compatible server for tests: the Versity gateway over a folder.

Decides where its program is and starts one server that only this machine can reach. A test that needs it and
finds none fails, saying what to do.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# Where `make storage` puts it: inside the virtual environment.
MADE = Path(sys.prefix) / "s3" / "versitygw"
BUCKET = "city"


class NoGateway(Exception):
    """The server's program is not on this machine."""


@dataclass(frozen=True)
class Gateway:
    """A running server.

    Attributes:
        address: of its interface.
        access, secret: its one account.
        folder: where its objects are, one file each.
    """

    address: str
    access: str
    secret: str
    folder: Path

    def environment(self, prefix: str) -> dict[str, str]:
        """Settings and credentials of an installation whose lake is here."""
        return {
            "YBZ_LAKE_URL": f"s3://{BUCKET}/{prefix}",
            "AWS_ENDPOINT_URL": self.address,
            "AWS_ACCESS_KEY_ID": self.access,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_REGION": "us-east-1",
            "AWS_ALLOW_HTTP": "true",
        }


def program() -> Path:
    """The server's program.

    Raises:
        NoGateway: there is none on the path nor in the virtual environment.
    """
    found = shutil.which("versitygw") or str(MADE)
    if not Path(found).exists():
        raise NoGateway(f"there is no versitygw on the path nor at {MADE} — run `make storage`")
    return Path(found)


@contextmanager
def gateway() -> Iterator[Gateway]:
    """A server of its own, ended and removed after the block."""
    started = program()
    folder = Path(tempfile.mkdtemp(prefix="ybz-s3-"))
    (folder / "objects" / BUCKET).mkdir(parents=True)
    (folder / "metadata").mkdir()
    access, secret, port = "test" + secrets.token_hex(4), secrets.token_hex(16), _free_port()
    process = subprocess.Popen(
        [
            started, "--port", f"127.0.0.1:{port}", "--quiet",
            "posix", "--sidecar", folder / "metadata", folder / "objects",
        ],
        env={**os.environ, "ROOT_ACCESS_KEY": access, "ROOT_SECRET_KEY": secret},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder,
    )  # fmt: skip
    try:
        _wait_for(port, process)
        yield Gateway(f"http://127.0.0.1:{port}", access, secret, folder / "objects" / BUCKET)
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if process.poll() is not None:
            raise NoGateway(f"versitygw ended at once with status {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise NoGateway("versitygw did not answer within a minute")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
