"""Reading a list of places from a file: CSV, Excel, Parquet, or GeoJSON of polygons.

Decides which headings mean what, in Chinese and English. What a list may say is
:mod:`catalog.places.ledger`'s.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from catalog.intake.errors import Unreadable
from catalog.intake.reading import workbooks
from catalog.intake.reading.encoding import text_of
from catalog.places.addresses import PlaceName
from catalog.places.divisions import Division, Succession
from catalog.places.ledger import DatedPolygon, Entry, Kind, NotAList

# What a column is called, by what it holds.
HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "code": ("code", "区划代码", "代码", "编码", "属地编码"),
    "name": ("name", "区划名称", "名称", "地名", "标准地址"),
    "parent": ("parent", "上级代码", "上级区划代码", "areaCode"),
    "successor": ("successor", "现区划代码", "承接区划代码"),
    "kind": ("kind", "类型", "名称类型"),
    "low": ("low", "起始门牌号", "起号"),
    "high": ("high", "终止门牌号", "止号"),
    "parity": ("parity", "单双号"),
    "valid_from": ("valid_from", "生效日期", "启用日期"),
    "valid_to": ("valid_to", "失效日期", "停用日期"),
}
_WORDS: Final = {
    "别名": "alias",
    "俗称": "alias",
    "曾用名": "former",
    "旧称": "former",
    "地名": "place",
    "道路": "place",
    "小区": "place",
    "单号": "odd",
    "单": "odd",
    "双号": "even",
    "双": "even",
}
_KINDS: Final = ("alias", "former", "place")
# The largest workbook a list is read from.
_BOUNDS: Final = workbooks.Bounds(64 * 2**20, 512 * 2**20, 4_000_000)
_NOTHING: Final = ("", "-", "—", "无")


def read(path: Path, kind: Kind) -> list[Entry]:
    """The rows of a list.

    Args:
        path: ``.csv``, ``.xlsx`` or ``.parquet``; of polygons ``.json`` or ``.geojson``.
        kind: of the list.

    Raises:
        NotAList: the file is of another kind, or a column it needs is missing.
    """
    if kind == "polygons":
        return list(_polygons(path))
    rows = _READERS.get(path.suffix.lower(), _unreadable)(path)
    return [_MAKERS[kind](_known(row), number) for number, row in enumerate(rows, start=1)]


def _division(row: Mapping[str, str], number: int) -> Division:
    code, name = _needed(row, "code", number), _needed(row, "name", number)
    return Division(code, name, row.get("parent", ""), row.get("valid_from", ""), row.get("valid_to", ""))


def _succession(row: Mapping[str, str], number: int) -> Succession:
    return Succession(
        _needed(row, "code", number), _needed(row, "successor", number), row.get("valid_from", "")
    )


def _name(row: Mapping[str, str], number: int) -> PlaceName:
    kind = row.get("kind") or "place"
    kind = _WORDS.get(kind, kind)
    if kind not in _KINDS:
        raise NotAList(f"row {number}: the kind of name is none — write one of {', '.join(_KINDS)}")
    parity = row.get("parity", "")
    return PlaceName(
        _needed(row, "name", number),
        _needed(row, "code", number),
        kind,
        _whole(row.get("low", ""), number),
        _whole(row.get("high", ""), number),
        _WORDS.get(parity, parity),
        row.get("valid_from", ""),
        row.get("valid_to", ""),
    )


_MAKERS: Final[Mapping[str, Callable[[Mapping[str, str], int], Entry]]] = {
    "divisions": _division,
    "successions": _succession,
    "names": _name,
}


def _polygons(path: Path) -> Iterable[DatedPolygon]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["features"]
    except (ValueError, KeyError, TypeError) as error:
        raise NotAList(f"{path.name} is no GeoJSON FeatureCollection in UTF-8") from error
    for number, feature in enumerate(found, start=1):
        said = _known({key: str(value) for key, value in (feature.get("properties") or {}).items()})
        shape = feature.get("geometry") or {}
        parts = {"Polygon": lambda c: [c], "MultiPolygon": list}.get(shape.get("type", ""))
        if parts is None:
            raise NotAList(f"feature {number} is neither Polygon nor MultiPolygon")
        rings = tuple(ring for polygon in parts(shape["coordinates"]) for ring in polygon)
        code = _needed(said, "code", number)
        yield DatedPolygon(code, rings, said.get("valid_from", ""), said.get("valid_to", ""))


def _known(row: Mapping[str, str]) -> dict[str, str]:
    """The cells of a row by what they hold."""
    found = {}
    for name, headings in HEADINGS.items():
        text = next((row[heading].strip() for heading in headings if heading in row), "")
        found[name] = "" if text in _NOTHING else text
    return found


def _needed(row: Mapping[str, str], name: str, number: int) -> str:
    if not row.get(name):
        raise NotAList(f"row {number} says no {name} — its column is one of {', '.join(HEADINGS[name])}")
    return row[name]


def _whole(text: str, number: int) -> int | None:
    if not text:
        return None
    if not text.isdigit():
        raise NotAList(f"row {number}: a house number is no whole number")
    return int(text)


def _csv(path: Path) -> Iterable[Mapping[str, str]]:
    text = text_of(path.read_bytes())
    if text is None:
        raise NotAList(f"{path.name} is neither UTF-8 nor GB18030")
    return [{k: v or "" for k, v in row.items() if k} for row in csv.DictReader(io.StringIO(text))]


def _parquet(path: Path) -> Iterable[Mapping[str, str]]:
    import pyarrow.parquet as pq

    rows = pq.read_table(path).to_pylist()
    return [{name: "" if value is None else str(value) for name, value in row.items()} for row in rows]


def _excel(path: Path) -> Iterable[Mapping[str, str]]:
    try:
        book = workbooks.cells(path, path.name, _BOUNDS, read_only=True, data_only=True)
    except Unreadable as error:
        raise NotAList(str(error)) from error
    try:
        sheet: Any = book.worksheets[0]
        sheet.reset_dimensions()  # what a sheet says of its own extent is not relied on
        cells = list(sheet.iter_rows(values_only=True))
    finally:
        book.close()
    rows = [["" if cell is None else str(cell) for cell in row] for row in cells]
    return [dict(zip(rows[0], row, strict=False)) for row in rows[1:] if any(row)] if rows else []


def _unreadable(path: Path) -> Iterable[Mapping[str, str]]:
    raise NotAList(f"{path.name} is of no kind a list is read from — use .csv, .xlsx or .parquet")


_READERS: Final[Mapping[str, Callable[[Path], Iterable[Mapping[str, str]]]]] = {
    ".csv": _csv,
    ".xlsx": _excel,
    ".parquet": _parquet,
}
