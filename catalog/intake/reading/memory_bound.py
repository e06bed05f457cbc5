"""Opening a workbook in a child process that may take so much memory and no more.

Decides whether a form that cannot be weighed by its text (.xls, .xlsb, .ods) can be held. A reader that is
refused memory takes its process down with it: here that is the child's, and the answer is no.
"""

from __future__ import annotations

import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Final

# How long a child may compute, in seconds of the processor.
_MOST_S: Final = 300


def opens(path: Path, most_bytes: int) -> bool:
    """Whether every sheet of a workbook can be made within that memory.

    One that cannot be read for another reason can: its reader says why.

    Args:
        path: the workbook.
        most_bytes: of the address space of the child.
    """
    whole, about = path.resolve(), path.stat()
    return _opened(str(whole), most_bytes, about.st_ino, about.st_size, about.st_mtime_ns)


@lru_cache(maxsize=64)
def _opened(path: str, most_bytes: int, *_as_it_lies: int) -> bool:
    """Tried once for a file as it lies there: a draft opens the same one several times."""
    told = subprocess.run(  # noqa: S603  (module: this one; the path is given as one argument)
        [sys.executable, "-I", "-m", __name__, path, str(most_bytes)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return told.returncode == 0


def _try(path: str, most_bytes: int) -> None:
    import resource

    hard = resource.getrlimit(resource.RLIMIT_AS)[1]  # nobody may raise it
    most_bytes = most_bytes if hard == resource.RLIM_INFINITY else min(most_bytes, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (_MOST_S, _MOST_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_path(path)
        for place in range(len(book.sheet_names)):
            book.get_sheet_by_index(place)
    except MemoryError:
        raise
    except BaseException as error:  # damage is told by the reader itself, which meets it again
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise


if __name__ == "__main__":
    _try(sys.argv[1], int(sys.argv[2]))
