"""Write the fourth validation part anew: ``python -m tests.classification.validation.fourth.make``."""

from pathlib import Path

from . import (
    src_children,
    src_city,
    src_digital,
    src_extra,
    src_health,
    src_justice,
    src_social,
    src_trade,
    src_work,
    tables,
    wear,
)

SEED = 20250619
MODULES = (
    src_health,
    src_children,
    src_social,
    src_justice,
    src_city,
    src_work,
    src_trade,
    src_digital,
    src_extra,
)


def main(root: Path) -> None:
    """Write every source into a folder."""
    for module in MODULES:
        for source, made in module.SOURCES.items():
            tables.write(source, wear.worn(source, made, SEED), root, SEED)


if __name__ == "__main__":
    main(Path(__file__).resolve().parent.parent)
