"""The page on rectification and evaluation: its commands are run and print what it says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine

from catalog.cataloging.entering import Acts, catalogue_all
from catalog.home import Home
from catalog.revisions import all_current
from catalog.store import reading
from contracts.model import Contract, Field, Party, ShareType, Sharing, Source, SourceFormat, Use
from contracts.odcs.files import dumps, read
from pipelines.building.wave import Wave

pytestmark = pytest.mark.full

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "rectification.md"
MARK = "<!-- executed by tests/test_rectification_page.py -->"
BLOCK = re.compile(rf"^{re.escape(MARK)}\n```bash\n(.*?)^```\n\n```text\n(.*?)^```", re.DOTALL | re.MULTILINE)

PEOPLE = Contract(
    id="people",
    title="楼栋",
    schema="civil",
    table="people",
    department=Party("云州市公安局", "11990100MA0009KN7Y"),
    classification="基础/人口",
    sharing=Sharing(ShareType.CONDITIONAL, "用于履行法定职责", "政务数据共享条例"),
    unit_free=True,
    sources=(Source("people", SourceFormat.CSV, "people.csv", encoding="utf-8"),),
    fields=(
        Field("code", business_name="编号", key_position=1, use=Use.PLAIN),
        Field("ward", business_name="辖区", allowed=("东关", "西关"), use=Use.PLAIN),
    ),
)


def blocks(section: str) -> list[tuple[str, str]]:
    """Commands of a section of the page, each with what it is said to print."""
    text = PAGE.read_text(encoding="utf-8").split(f"\n## {section}\n")[1].split("\n## ")[0]
    found = BLOCK.findall(text)
    assert len(found) == text.count(MARK)
    return found


def run(body: str, said: str, folder: Path) -> None:
    """Run a block in a shell, and find in what it prints what the page says it prints."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", f"set -euo pipefail\n{body}"],
        cwd=folder,
        env={**os.environ, "PATH": path, "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        timeout=240,
    )
    printed = done.stdout + done.stderr
    assert done.returncode == 0, printed
    for line in said.splitlines():
        wanted = re.compile(".+".join(re.escape(piece) for piece in line.split("…")))
        assert any(wanted.fullmatch(shown.rstrip()) for shown in printed.splitlines()), (
            f"{line}\nin\n{printed}"
        )


@pytest.fixture
def town(engine: Engine, tmp_path: Path) -> Path:
    folder = tmp_path / "town"
    folder.mkdir()
    (folder / "people.yaml").write_text(dumps(PEOPLE), encoding="utf-8")
    rows = [f"{n},{'中关' if n in (3, 5) else '东关'}" for n in range(200)]
    (folder / "people.csv").write_text("\n".join(["编号,辖区", *rows]) + "\n", encoding="utf-8")
    acts = Acts(by="张三", reason="first", now=datetime(2025, 8, 1, 8, tzinfo=UTC))
    catalogue_all(engine, [(read(folder / "people.yaml"), folder / "people.yaml")], acts)
    return folder


def test_the_loop_goes_as_its_page_says(town: Path) -> None:
    for body, said in blocks("The loop"):
        run(body, said, town)
        if "rectify export" in body:
            book = load_workbook(town / "ward.xlsx")
            for row in book["问题数据"].iter_rows(min_row=2):
                for cell in row:
                    if cell.comment:
                        cell.value = "西关"
            book.save(town / "ward.xlsx")


def test_the_quarter_goes_as_its_page_says(town: Path, home: Home, engine: Engine) -> None:
    then = datetime(2025, 8, 20, 8, tzinfo=UTC)
    with reading(engine) as connection:
        entries = all_current(connection)
    with Wave(home, engine, entries, as_of=then.date(), run="r", clock=lambda: then, strict=True) as wave:
        assert wave.build("civil.people")[0].state == "released"

    for body, said in blocks("The quarter"):
        run(body, said, town)

    assert "2025Q3 数据质量评价" in (town / "page.html").read_text(encoding="utf-8")
