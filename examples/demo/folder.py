"""The folder a demonstration runs in: made fresh, and never anything but a demonstration's."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

import click

# A folder with this file in it was made by the demonstration and may be removed by it.
MARK: Final = ".ybz-demo"


def fresh(folder: Path, *, keep: bool) -> Path:
    """An empty, marked folder.

    Args:
        folder: where.
        keep: move a former demonstration aside instead of removing it.

    Raises:
        click.ClickException: there is something at ``folder`` that no demonstration made.
    """
    folder = folder.resolve()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        if not (folder / MARK).is_file():
            raise click.ClickException(
                f"{folder} is no demonstration's folder — name another with --folder, or empty it yourself"
            )
        if keep:
            folder.rename(_unused(folder))
        else:
            shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text("made by `ybz demo`, which may remove it\n", encoding="utf-8")
    return folder


def _unused(folder: Path) -> Path:
    number = 1
    while (aside := folder.with_name(f"{folder.name}-{number}")).exists():
        number += 1
    return aside
