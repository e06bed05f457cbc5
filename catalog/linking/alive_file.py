"""Liveness of a file resource: it is there, and its bytes are those that were tied.

Its content is digested, never kept. A file of this machine lies in an allowed folder; one at an address
is read up to a cap.
"""

from __future__ import annotations

import hashlib
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from catalog.linking.calling import Call, NotReached, call
from catalog.linking.destinations import Destinations, NotAllowed
from catalog.linking.settings import FileLink, is_address
from catalog.linking.verdict import Limits, Verdict

_CHUNK: Final = 1 << 20


def check(link: FileLink, destinations: Destinations, limits: Limits) -> Verdict:
    """Whether the file is there and still the one that was tied.

    Args:
        link: the file.
        destinations: where probes may go.
        limits: of the day.
    """
    try:
        sha256, size, latency_ms, modified = found(link.place, destinations, limits)
    except (NotAllowed, NotReached) as error:
        return Verdict(False, str(error))
    details = {"sha256": sha256, "size_bytes": size}
    if modified is not None:
        details["modified_at"] = modified.isoformat()
    if link.size_bytes is not None and size != link.size_bytes:
        words = "its size is not the one that was tied — tie the new file, or restore the old one"
        return Verdict(False, words, latency_ms, details)
    if link.sha256 and sha256 != link.sha256:
        words = "its bytes are not those that were tied — tie the new file, or restore the old one"
        return Verdict(False, words, latency_ms, details)
    touched = link.modified_at is not None and modified is not None and modified != link.modified_at
    same, since = (", its bytes as tied" if link.sha256 else ""), (" (touched since)" if touched else "")
    return Verdict(True, f"it is there{same}{since}", latency_ms, details)


def found(
    place: str, destinations: Destinations, limits: Limits
) -> tuple[str, int, int | None, datetime | None]:
    """Digest, size, latency in milliseconds and time of change of a file; the last two where there are any.

    Raises:
        NotAllowed: probes may not go there.
        NotReached: it is not there.
    """
    if is_address(place):
        answer = call(Call(place, limits.timeout_s, limits.file_cap_bytes, keep=False), destinations)
        if answer.status != 200:
            raise NotReached(f"its address answers {answer.status}")
        return answer.sha256, answer.size_bytes, answer.latency_ms, None
    path = destinations.file(place)
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise NotReached("there is no file at its path")
        return *_digest(path), None, datetime.fromtimestamp(about.st_mtime, UTC)
    except FileNotFoundError:
        raise NotReached("there is no file at its path") from None
    except OSError as error:
        raise NotReached(f"it cannot be read ({type(error).__name__})") from None


def head(place: str, count: int, destinations: Destinations) -> bytes:
    """The first bytes of a file of this machine.

    Raises:
        NotAllowed: probes may not go there.
        NotReached: it cannot be read any more.
    """
    try:
        with destinations.file(place).open("rb") as file:
            return file.read(count)
    except OSError as error:
        raise NotReached(f"it cannot be read ({type(error).__name__})") from None


def _digest(path: Path) -> tuple[str, int]:
    summed, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            summed.update(chunk)
            size += len(chunk)
    return summed.hexdigest(), size
