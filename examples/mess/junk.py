"""Files that are no data, as every folder of a department holds some: each with the reason it must get."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

from openpyxl import Workbook

# Zeros in the part of a workbook that unpacks to far more than a table, bytes.
BOMB_BYTES = 260 * 1024**2


def _book() -> bytes:
    book = Workbook()
    for n in range(400):
        book.worksheets[0].append([n, f"第{n}行", n * 1.5])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _locked() -> bytes:
    """A workbook under a password, encrypted as office programs do it."""
    from msoffcrypto.format.ooxml import OOXMLFile

    out = io.BytesIO()
    OOXMLFile(io.BytesIO(_book())).encrypt("2024", out)
    return out.getvalue()


def _bomb() -> bytes:
    """A workbook whose sheet unpacks to a thousand times its size."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=False) as part:
            block = bytes(1024**2)
            for _ in range(BOMB_BYTES // len(block)):
                part.write(block)
    return buffer.getvalue()


def _picture() -> bytes:
    """One white pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\x00\xff")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


# Name → (bytes, words of the reason the draft must give).
JUNK: Mapping[str, tuple[Callable[[], bytes], str]] = {
    "民政局/空文件.csv": (lambda: b"", "empty"),
    "民政局/传输中断.xlsx": (lambda: _book()[:2000], "cut off"),
    "教育局/加密名单.xlsx": (_locked, "password"),
    "统计局/超大.xlsx": (_bomb, "far more than a table"),
    "水务局/抄表照片.xlsx": (_picture, "picture"),
    "教育局/~$学校名单.xlsx": (lambda: b"\x05wangmin" + bytes(157), "temporary"),
    "水务局/说明.txt": (lambda: "请各单位于五日前报送。\n联系人：王敏\n".encode("gb18030"), "no table"),
}


def plant(folder: Path) -> dict[str, str]:
    """Write every junk file; returns path → words of its reason."""
    for name, (make, _) in JUNK.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(make())
    return {name: reason for name, (_, reason) in JUNK.items()}
