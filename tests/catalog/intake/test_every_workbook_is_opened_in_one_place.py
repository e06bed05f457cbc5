"""Workbooks made to fill the memory are refused before anything is made of them, by whoever reads one."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.intake.reading import workbooks
from catalog.intake.reading.workbooks import Bounds, NoWorkbook, TooMuch
from tests.catalog.intake import bombs

CHECKOUT = Path(__file__).parents[3]
PACKAGES = ("contracts", "policies", "catalog", "space", "pipelines")
# The place, and the child it tries old forms in.
ALLOWED = {"catalog/intake/reading/workbooks.py", "catalog/intake/reading/memory_bound.py"}
OPENING = {"load_workbook", "CalamineWorkbook", "read_excel", "open_workbook", "ExcelFile"}
BOUNDS = Bounds(64 << 20, 512 << 20, 1_000_000)
# Grown by so much at most while every bomb was opened by every reader; one cell far off asks for 400 GiB.
MOST_MIB = 200
# Readers that hold no cell of what a bomb spans: of these it is one like any other.
BY_VALUES = {"intake", "tracing", "bulk marks"}
BY_CELLS = {"forms", "ledger"}
SPANS = {"merged", "linked", "styled"}
FAR = {"far", "far_otherwise", "far_unsaid"}


def openings(source: str) -> Iterator[int]:
    """Lines of a module on which a workbook is opened."""
    if not any(word in source for word in OPENING):
        return
    for node in ast.walk(ast.parse(source)):
        name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
        imported = [one.name for one in node.names] if isinstance(node, ast.ImportFrom) else []
        if name in OPENING or OPENING & set(imported):
            yield getattr(node, "lineno", 0)


def test_no_module_opens_a_workbook_but_the_one_place() -> None:
    found = [
        f"{path.relative_to(CHECKOUT)}:{line}"
        for package in PACKAGES
        for path in sorted((CHECKOUT / package).rglob("*.py"))
        if str(path.relative_to(CHECKOUT)) not in ALLOWED
        for line in openings(path.read_text(encoding="utf-8"))
    ]
    assert found == [], "open it by catalog.intake.reading.workbooks"


@pytest.mark.parametrize(
    "source",
    [
        "from openpyxl import load_workbook as opened",
        "import openpyxl\nopenpyxl.load_workbook(path)",
        "import python_calamine as c\nc.CalamineWorkbook.from_path(path)",
        "import pandas\npandas.read_excel(path)",
    ],
)
def test_a_module_that_opens_one_by_itself_is_found(source: str) -> None:
    assert list(openings(source))


@pytest.mark.parametrize("bomb", sorted(bombs.XLSX))
def test_a_bomb_is_refused_where_cells_become_objects(bomb: str, tmp_path: Path) -> None:
    path = bombs.write(tmp_path / "a.xlsx", bombs.XLSX[bomb]())
    with pytest.raises(TooMuch, match="—") as refused:
        workbooks.cells(path, path.name, BOUNDS)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("bomb", sorted(FAR))
def test_a_cell_far_off_is_refused_before_its_sheet_is_made(bomb: str, tmp_path: Path) -> None:
    path = bombs.write(tmp_path / "a.xlsx", bombs.XLSX[bomb]())
    book = workbooks.sheets(path, path.name)
    with pytest.raises(TooMuch, match="row 1048576, column 16384"):
        book.sheet(book.names[0])


def test_a_part_that_unpacks_to_more_than_it_says_is_damage(tmp_path: Path) -> None:
    path = bombs.write_lying(tmp_path / "a.xlsx")
    for opened in (workbooks.sheets, workbooks.cells):
        with pytest.raises(NoWorkbook):
            opened(path, path.name, BOUNDS)


def test_an_ordinary_workbook_opens_either_way(tmp_path: Path) -> None:
    path = bombs.write(tmp_path / "a.xlsx", bombs.ordinary())
    assert workbooks.cells(path, path.name, BOUNDS).worksheets[0]["A1"].value == "信息资源名称"
    book = workbooks.sheets(path, path.name)
    assert book.sheet(book.names[0]).to_python() == [["信息资源名称"]]


def test_a_form_that_cannot_be_weighed_is_tried_in_a_child_first(tmp_path: Path) -> None:
    small = bombs.write_ods(tmp_path / "small.ods", 3, 2)
    book = workbooks.sheets(small, small.name)
    assert book.sheet(book.names[0]).to_python() == [[1.0, 1.0]] * 3
    large = bombs.write_ods(tmp_path / "large.ods", 3_000, 16_384)
    with pytest.raises(TooMuch, match="takes more memory"):
        workbooks.sheets(large, large.name, Bounds(memory=1 << 29))


@pytest.mark.full
def test_every_reader_refuses_every_bomb_in_one_line_and_little_memory(tmp_path: Path) -> None:
    for name, parts in bombs.XLSX.items():
        bombs.write(tmp_path / f"{name}.xlsx", parts())
    bombs.write(tmp_path / "swollen.xlsx", bombs.swollen())
    bombs.write_ods(tmp_path / "repeated.ods")
    bombs.write_lying(tmp_path / "lying.xlsx")
    command = [sys.executable, "-m", "tests.catalog.intake.bombed", str(tmp_path)]
    ended = subprocess.run(command, cwd=CHECKOUT, check=False, capture_output=True, text=True)
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert ended.returncode == 0, (lines[-1:], ended.stderr[:300])
    for file, reader, said, grown in lines:
        assert grown < MOST_MIB, (file, reader)
        bomb = Path(file).stem
        harmless = (reader in BY_VALUES and bomb in SPANS) or (reader in BY_CELLS and bomb in FAR)
        if reader != "bulk marks" and not harmless:
            assert said is not None, (file, reader)
        if said is not None:
            assert "MemoryError" not in said[0], (file, reader)
            assert "\n" not in said[1], (file, reader)
