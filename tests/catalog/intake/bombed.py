"""A process with little memory in which every reader of workbooks opens every file of a folder."""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from catalog.bulk import faults as bulk_faults
from catalog.bulk import reading as bulk
from catalog.intake.reading.excel import Workbook
from catalog.inventory import workbook as inventory
from catalog.places import lists
from catalog.rectification import sheet as rectification
from catalog.workbook import reading as contracts
from catalog.workbook.faults import Fault
from space.supply import tracing
from space.wayback.forms import workbook_reading as forms
from space.wayback.forms.compiling import marking, package
from space.wayback.forms.compiling import sheet as layouts
from space.wayback.grassroots import workbook_rows as ledger

ON: Final = date(2026, 9, 24)
# Above what the process has before the first file is opened.
MORE_BYTES: Final = 1 << 30


def _drafted(path: Path) -> None:
    book = Workbook(path, path.name)
    for sheet in book.sheets:
        book.sheet(sheet.name)


def _marked(path: Path) -> None:
    bulk_faults.mark(path, [Fault("Sheet", "A1", "x", "y")], path.with_name("copy.out"))


READERS: Final[Mapping[str, Callable[[Path], Any]]] = {
    "intake": _drafted,
    "bulk": bulk.read,
    "bulk marks": _marked,
    "inventory": inventory.read,
    "contracts": contracts.read,
    "places": lambda path: lists.read(path, "divisions"),
    "rectification": rectification.read,
    "tracing": lambda path: tracing._read(path),
    "forms": lambda path: forms._opened(path).close(),
    "ledger": lambda path: ledger._opened(path).close(),
    "layouts": lambda path: layouts.sheets(path, ON),
    "layout marks": lambda path: marking.marked(path, ()),
    "layout rewritten": lambda path: package._rewritten(path.read_bytes(), path.name),
}


def main(folder: Path) -> None:
    """Tell what each reader said of each file, and the most memory the process took."""
    with open("/proc/self/statm", encoding="ascii") as file:
        most = int(file.read().split()[0]) * resource.getpagesize() + MORE_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for path in sorted(folder.iterdir()):
        for name, read in READERS.items():
            try:
                read(path)
                said = None
            except Exception as error:
                said = [type(error).__name__, str(error)]
            grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
            print(json.dumps([path.name, name, said, grown]), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
