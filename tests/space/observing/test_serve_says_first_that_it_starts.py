"""Whoever starts the service on a busy machine is told so before anything large is loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

# The server itself cannot be loaded here: what is said was said before.
_WITHOUT = "import sys; sys.modules['space.api.server'] = None; from ybz import main; main()"


def test_serve_says_that_it_starts_before_the_server_is_loaded(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT, "serve", "--port", "0"],
        env={**os.environ, "YBZ_HOME": str(tmp_path / "var")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert json.loads(done.stderr.splitlines()[0])["event"].startswith("Starting on 127.0.0.1:0.")
