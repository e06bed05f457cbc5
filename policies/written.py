"""Terms written on one line, such as ``60/minute``: read whole, or refused with how they read.

Decides nothing of what a term means.
"""

from __future__ import annotations

import re


def matched(pattern: re.Pattern[str], line: str, reads: str) -> re.Match[str]:
    """The parts of a line.

    Args:
        pattern: the whole line reads as.
        line: as it is written.
        reads: how it should read, for whoever wrote it.

    Raises:
        ValueError: it does not read as one.
    """
    found = pattern.fullmatch(line)
    if found is None:
        raise ValueError(reads)
    return found
