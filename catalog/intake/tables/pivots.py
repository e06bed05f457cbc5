"""Which sheets of a workbook are pivot tables 数据透视表: their cells were computed from rows elsewhere."""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.etree import ElementTree


def pivot_sheets(path: Path) -> frozenset[str]:
    """Names of the sheets of an .xlsx workbook that hold a pivot table."""
    if not zipfile.is_zipfile(path):
        return frozenset()
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if not any(n.startswith("xl/pivotTables/") for n in names):
            return frozenset()
        targets = {
            rel.get("Id"): rel.get("Target", "") for rel in _xml(archive, "xl/_rels/workbook.xml.rels")
        }
        found = set()
        for sheet in _xml(archive, "xl/workbook.xml").iter():
            relation = next((v for k, v in sheet.attrib.items() if k.endswith("}id")), None)
            if not sheet.tag.endswith("}sheet") or relation not in targets:
                continue
            part = targets[relation].removeprefix("/xl/")
            folder, _, file = part.rpartition("/")
            links = f"xl/{folder}/_rels/{file}.rels"
            if links in names and b"pivotTable" in archive.read(links):
                found.add(sheet.get("name", ""))
    return frozenset(found)


def _xml(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    return ElementTree.fromstring(archive.read(name))  # noqa: S314 — entities are off in expat ≥ 2.4.1
