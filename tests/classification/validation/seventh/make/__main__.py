"""`python -m tests.classification.validation.seventh.make` writes the folders of this part anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Final

from tests.classification.making import Table, write

_ROOMS: Final = (
    "roads", "fleets", "meters", "streets", "money", "houses", "guests", "care", "borders", "screens",
)  # fmt: skip


def main(folder: Path | None = None) -> None:
    """Write every source of every room.

    Args:
        folder: to write to; None = the part in the tree.
    """
    sources: dict[str, Sequence[Table]] = {}
    for room in _ROOMS:
        found: Mapping[str, Sequence[Table]] = import_module(f"{__package__}.{room}").SOURCES
        sources |= found
    print(write(folder or Path(__file__).parent.parent, sources))


if __name__ == "__main__":
    main()
