"""The hidden sheet: the contracts as they were written, so that nothing is lost on the way.

Decides how they are packed and whether what comes back is whole. The sheet is no secret and no seal:
a steward's visible edits win over it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from catalog.errors import CatalogError

SHEET: Final = "_合同"
VERSION: Final = "1"
# Characters a cell carries; the longest is 32,767.
_CELL: Final = 30_000
# A packed text never swells to more than this, bytes.
_MOST: Final = 64 * 2**20


class WorkbookDamaged(CatalogError):
    """The hidden sheet is missing or not whole."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} — write the workbook anew with `ybz workbook write` and fill that one in")


def packed(entries: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The cells of the sheet, one a row: version, digest, then the packed documents."""
    text = json.dumps(list(entries), ensure_ascii=True).encode()
    body = base64.b64encode(zlib.compress(text, 9)).decode()
    yield f"ybz workbook {VERSION}"
    yield hashlib.sha256(text).hexdigest()
    for start in range(0, len(body), _CELL):
        yield f"z:{body[start : start + _CELL]}"


def unpacked(cells: Sequence[Any]) -> list[dict[str, Any]]:
    """The documents in the cells of the sheet.

    Raises:
        WorkbookDamaged: a cell was changed or is missing, or it is of another version.
    """
    texts = [str(cell) for cell in cells if cell is not None]
    if len(texts) < 3 or not texts[0].startswith("ybz workbook "):
        raise WorkbookDamaged("its hidden sheet is empty")
    if texts[0] != f"ybz workbook {VERSION}":
        raise WorkbookDamaged("it was written by another version")
    try:
        body = base64.b64decode("".join(part.removeprefix("z:") for part in texts[2:]), validate=True)
        text = zlib.decompressobj().decompress(body, _MOST)
        if hashlib.sha256(text).hexdigest() != texts[1]:
            raise WorkbookDamaged("its hidden sheet was changed")
        made: list[dict[str, Any]] = json.loads(text)
    except (ValueError, zlib.error):
        raise WorkbookDamaged("its hidden sheet was changed") from None
    return made
