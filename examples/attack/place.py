"""Where a run has its safety city: a folder nobody else uses meanwhile.

Decides that two runs at once never share a folder.
"""

from __future__ import annotations

import contextlib
import fcntl
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click


@contextlib.contextmanager
def place(folder: Path | None) -> Iterator[Path]:
    """A folder for one run.

    Args:
        folder: where its user wants it, to be kept; None for one that is removed afterwards.

    Raises:
        click.ClickException: another run is under way there.
    """
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="ybz-attack-") as made:
            yield Path(made) / "city"
        return
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f".{folder.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise click.ClickException(
                f"another run has its city in {folder} — wait for its end, or name another with --folder"
            ) from None
        yield folder
