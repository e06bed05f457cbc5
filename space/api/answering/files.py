"""Files that leave and files that come: they lie in a folder that is gone with the answer.

Decides that a file which holds values of persons is kept by nobody on its way (``no-store``), what it is
called, and that no failure tells where on this machine it lay. What stands in it is decided by whoever
writes it.
"""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

from fastapi import Response

from catalog.errors import CatalogError
from contracts.errors import ContractError
from space.api.ledger.drafting import Sent, unpacked
from space.errors import SpaceError

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP: Final = "application/zip"


def written(name: str, media_type: str, write: Callable[[Path], object]) -> Response:
    """A file as an answer.

    Args:
        name: of the file, with its ending; letters of any script.
        media_type: of the file.
        write: writes it to the path it is given.
    """
    with folder() as place:
        path = place / f"file{Path(name).suffix}"
        write(path)
        return sent(name, media_type, path.read_bytes())


def sent(name: str, media_type: str, content: bytes) -> Response:
    """What is there already, as the file of an answer."""
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    headers = {"Cache-Control": "no-store", "Content-Disposition": disposition}
    return Response(content, media_type=media_type, headers=headers)


@contextmanager
def given(*files: Sent) -> Iterator[tuple[Path, ...]]:
    """Files that were sent, in the order they came.

    Raises:
        NoFile: a name leads out of the folder, or stands twice.
    """
    with _placeless() as told, unpacked(files) as place:
        told(place)
        yield tuple(place.joinpath(*one.name.split("/")) for one in files)


@contextmanager
def folder() -> Iterator[Path]:
    """A folder of its own that is gone after the block."""
    with _placeless() as told, tempfile.TemporaryDirectory(prefix="ybz-made-") as place:
        told(Path(place))
        yield Path(place)


def text(place: Path, name: str, content: str) -> Path:
    """A text that was sent, as a file of a folder."""
    path = place / name
    path.write_text(content, encoding="utf-8")
    return path


def encoded(path: Path) -> str | None:
    """A file in base64, as one of the fields of an answer; None where none was written."""
    return base64.b64encode(path.read_bytes()).decode() if path.is_file() else None


@contextmanager
def _placeless() -> Iterator[Callable[[Path], None]]:
    """Failures of a block tell the names of files and not the folder they lay in."""
    places: list[Path] = []
    try:
        yield places.append
    except (SpaceError, CatalogError, ContractError) as error:
        if error.args:
            error.args = (_without(error.args[0], places), *error.args[1:])
        raise


def _without(message: object, places: Sequence[Path]) -> object:
    if not isinstance(message, str):
        return message
    for place in places:
        message = message.replace(f"{place}/", "")
    return message
