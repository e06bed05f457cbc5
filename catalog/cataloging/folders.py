"""A folder of contract files: which files of it are contracts.

Decides nothing about what they say.
"""

from __future__ import annotations

from pathlib import Path


def in_folder(folder: Path) -> tuple[Path, ...]:
    """Every YAML file of a folder and the folders in it, in the order of their names."""
    return tuple(sorted((*folder.rglob("*.yaml"), *folder.rglob("*.yml"))))
