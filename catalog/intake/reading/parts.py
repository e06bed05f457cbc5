"""Which part of the archive of an .xlsx workbook holds a sheet."""

from __future__ import annotations

import zipfile
from typing import Final
from xml.etree import ElementTree

_BOOK: Final = "xl/workbook.xml"
_LINKS: Final = "xl/_rels/workbook.xml.rels"


def part_of(archive: zipfile.ZipFile, sheet: str) -> zipfile.ZipInfo | None:
    """The part that holds a sheet; None where two readers may take another for it.

    Raises:
        ValueError: the workbook's own parts are damaged.
    """
    parts = archive.infolist()
    names = [part.filename for part in parts]
    if len({name.lower() for name in names}) != len(names) or not {_BOOK, _LINKS} <= set(names):
        return None
    try:
        links = list(ElementTree.fromstring(archive.read(_LINKS)))  # noqa: S314 — entities are off in expat
        book = ElementTree.fromstring(archive.read(_BOOK))  # noqa: S314
    except ElementTree.ParseError as error:
        raise ValueError from error
    listed = [one for one in book.iter() if one.tag.endswith("}sheet")]
    named = [one for one in listed if one.get("name") == sheet]
    if len(named) != 1:
        return None
    ids = [value for key, value in named[0].attrib.items() if key.endswith("}id")]
    targets = [link.get("Target", "") for link in links if ids and link.get("Id") == ids[0]]
    if len(ids) != 1 or len(targets) != 1:
        return None
    target = targets[0]
    path = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    return next((part for part in parts if part.filename == path), None)
