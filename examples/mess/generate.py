"""A whole messy folder with the truth about it: which file is of which table, and how many rows it holds."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from random import Random

from examples.mess.forms import write
from examples.mess.junk import plant
from examples.mess.looks import look
from examples.mess.tables import TABLES

SEED = 20240506
# Every so many files one is sent twice, the second time as a copy.
COPY_EVERY = 40


@dataclass
class Truth:
    """What a reader must find.

    Attributes:
        tables: path → name of the table it is of.
        rows: path → rows of data.
        copies: path of a copy → path of the file it copies.
        junk: path → words of the reason it is refused with.
    """

    tables: dict[str, str] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    copies: dict[str, str] = field(default_factory=dict)
    junk: dict[str, str] = field(default_factory=dict)

    @property
    def rows_of(self) -> Counter[str]:
        """Table → rows of all its files, copies counted once."""
        found: Counter[str] = Counter()
        for path, table in self.tables.items():
            if path not in self.copies:
                found[table] += self.rows[path]
        return found


def generate(folder: Path, *, files: int = 400, tables: int = 15, seed: int = SEED) -> Truth:
    """Write a messy folder.

    Args:
        folder: made where missing; nothing in it is removed.
        files: how many, junk and copies among them.
        tables: how many of the fifteen.
        seed: the same seed gives the same bytes.
    """
    truth = Truth(junk=plant(folder))
    # A statistical table, the last but one, is among any choice.
    chosen = (*TABLES[: tables - 1], TABLES[-2]) if tables < len(TABLES) else TABLES
    wanted = files - len(truth.junk)
    copies = wanted // COPY_EVERY
    starts: Counter[str] = Counter()
    for number in range(wanted - copies):
        table = chosen[number % len(chosen)]
        made, rows = look(table, number, starts[table.name], Random(f"{seed}/{table.name}/{number}"))
        starts[table.name] += rows
        write(made, folder)
        truth.tables[made.path], truth.rows[made.path] = table.name, rows
    for original in list(truth.tables)[:: max(1, len(truth.tables) // max(copies, 1))][:copies]:
        path = PurePosixPath(original)
        copy = str(path.with_name(f"{path.stem} - 副本{path.suffix}"))
        shutil.copyfile(folder / original, folder / copy)
        truth.tables[copy], truth.rows[copy] = truth.tables[original], truth.rows[original]
        truth.copies[copy] = original
    return truth
