"""Write the fifth validation part anew: ``python -m tests.classification.validation.fifth.make``."""

from pathlib import Path

from . import (
    civil,
    clinics,
    devices,
    faith,
    forces,
    hospitals,
    justice,
    mobility,
    money,
    prisons,
    publichealth,
    schools,
)
from .base import write
from .verify import verify

MODULES = (
    hospitals,
    clinics,
    publichealth,
    justice,
    prisons,
    schools,
    faith,
    forces,
    money,
    devices,
    mobility,
    civil,
)


def main(root: Path) -> None:
    """Write every source into a folder."""
    for module in MODULES:
        for source, tables in module.SOURCES.items():
            write(root, source, tables)


if __name__ == "__main__":
    home = Path(__file__).resolve().parent.parent
    main(home)
    verify(home)
