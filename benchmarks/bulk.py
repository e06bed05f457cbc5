"""What entering many entries of a departments' form costs, beside plainly reading the same workbook."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import openpyxl
import python_calamine
from sqlalchemy import Engine

from benchmarks.measure import Figure
from catalog.bulk import entering
from catalog.bulk.reading import Line, read
from catalog.cataloging.entering import enter_all
from catalog.cataloging.values import Acts
from catalog.home import Home
from catalog.store import create_store, writing
from contracts.model import Contract, Field, Party, ShareType, Sharing

ENTRIES: Final = 5_000
ITEMS: Final = 8
OTHERS: Final = 20_000
ACTS: Final = Acts(by="bench", reason="bench", now=datetime(2026, 9, 24, 8, tzinfo=UTC))
HEADINGS: Final = (
    "信息资源分类", "信息资源名称", "信息资源提供方", "共享类型", "信息资源摘要", "信息项名称", "数据类型",
)  # fmt: skip


def form(path: Path) -> Path:
    """A workbook of :data:`ENTRIES` entries with :data:`ITEMS` items each."""
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("目录")
    page.append(HEADINGS)
    for entry in range(ENTRIES):
        whole = (
            "主题/公共服务",
            f"第{entry}号登记信息",
            f"云州市第{entry % 40}局",
            "无条件共享",
            "全市登记情况",
        )
        for item in range(ITEMS):
            page.append((*whole, f"信息项{item}", "C"))
    book.save(path)
    return path


def run() -> Iterator[Figure]:
    """5,000 entries: read, made, entered, carried on and changed, in one transaction each."""
    with tempfile.TemporaryDirectory() as folder:
        path = form(Path(folder) / "form.xlsx")
        baseline, _ = _timed(lambda: python_calamine.load_workbook(path).get_sheet_by_index(0).to_python())
        reading, lines = _timed(lambda: read(path))
        engine = create_store(Home(Path(folder) / "compiled"))
        making, given = _timed(lambda: entering.given_by(engine, lines))
        compiled, _ = _timed(lambda: entering.enter(engine, given, ACTS, submit=False))
        unchanged, again = _timed(lambda: entering.given_by(engine, lines))
        assert len(again) == ENTRIES
        carried, _ = _timed(lambda: entering.enter(engine, again, ACTS, submit=True, publish=True))
        other = create_store(Home(Path(folder) / "published"))
        published, _ = _timed(lambda: entering.enter(other, given, ACTS, submit=True, publish=True))
        changed, _ = _timed(lambda: _publish_changed(other, lines))
        full = create_store(Home(Path(folder) / "full"))
        _fill(full)
        entering.enter(full, given, ACTS, submit=True, publish=True)
        beside, _ = _timed(lambda: _publish_changed(full, lines))
    against = "reading the workbook's cells"
    for name, taken, target in (
        ("read a form", reading, "—"),
        ("make contracts of it", making, "—"),
        ("enter them compiled", compiled, "seconds"),
        ("enter them published", published, "seconds"),
        ("make contracts over standing ones", unchanged, "—"),
        ("publish compiled ones", carried, "seconds"),
        ("publish changed ones", changed, "seconds"),
        (f"publish changed ones in a ledger of {OTHERS:,} others", beside, "as without them"),
    ):
        yield Figure(
            f"bulk: {name}, {ENTRIES:,} entries of {ITEMS} items", taken, baseline, "ms", target, against
        )


def _publish_changed(engine: Engine, lines: Sequence[Line]) -> None:
    """The form with another summary, which makes a revision of every entry."""
    told = [replace(line, cells={**line.cells, "summary": "全市登记情况，按年更新"}) for line in lines]
    entering.enter(engine, entering.given_by(engine, told), ACTS, submit=True, publish=True)


def _fill(engine: Engine) -> None:
    """Other published entries."""
    party = Party("云州市其他局", "11330100MB0F12345X")
    given = [
        Contract(
            id=f"o{number}", title=f"其他登记{number}", schema="others", table=f"o{number}", status="active",
            department=party, classification="主题/公共服务", sharing=Sharing(ShareType.UNCONDITIONAL),
            fields=(Field("code", "代码"), Field("area", "区域")),
        )
        for number in range(OTHERS)
    ]  # fmt: skip
    with writing(engine) as connection:
        enter_all(connection, [(each, None) for each in given], ACTS, submit=True, publish=True)


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Duration in ms, and what came of it; each step is taken once, as a steward does."""
    start = time.perf_counter()
    made = work()
    return (time.perf_counter() - start) * 1000, made
