"""Write the third validation part anew: ``python -m tests.classification.validation.third.make``."""

from collections import Counter
from pathlib import Path

from . import civil, economy, health, justice, leisure, police, schools, society, works
from .check import faults
from .frame import judge, write

HOME = Path(__file__).resolve().parent.parent
SOURCES = [
    source
    for module in (civil, health, police, justice, schools, economy, works, society, leisure)
    for source in module.SOURCES
]


def main() -> None:
    """Write, verify and count."""
    write(SOURCES, HOME)
    wrong = faults(HOME, [source.name for source in SOURCES])
    print(*wrong, sep="\n")
    tables = [table for source in SOURCES for table in source.tables]
    judged = [(column, judge(column, table.about)) for table in tables for column in table.columns]
    print(f"{len(SOURCES)} sources, {len(tables)} tables, {len(judged)} columns")
    print(sum(verdict[1] == "yes" for _, verdict in judged), "sensitive")
    print(sum(verdict[0] == "yes" for _, verdict in judged), "personal")
    print(sum(bool(column.challenge) for column, _ in judged), "hard")
    print(Counter(column.challenge for column, _ in judged).most_common())
    for kind, number in Counter(column.kind for column, _ in judged).most_common():
        print(f"  {kind}: {number}")
    tracks = [column for column, verdict in judged if column.kind == "coordinates" and verdict[1] == "yes"]
    print(
        len(tracks),
        "tracks;",
        sum(len(t.columns) for t in tables if t.about == "child"),
        "in tables of children",
    )
    if wrong:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
