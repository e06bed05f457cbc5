"""Where the log of a restored installation may be written on: in which folder outside 续接何处.

Decides that a restored installation writes into no folder that holds a log already, until a person has said
so for that folder: by resuming with it (`ybz evidence resume`), or by `ybz evidence publish --to FOLDER
--take-over`. The installation it was a backup of may still run and publish there, and would find a log that
is not its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from catalog import lasting
from catalog.home import Home
from catalog.keys import heads
from catalog.keys.heads import KeyTrouble

# In the installation, since it was restored: the folders its log is written on in, one a line.
FILE: Final = "goes.on"


def begin(home: Home) -> None:
    """A restored installation begins with no folder."""
    lasting.write(home.root / FILE, b"")


def take_over(home: Home, folder: Path) -> None:
    """The log of this installation goes on in ``folder``: a person says so."""
    path = home.root / FILE
    if not path.is_file():  # never restored, or by an earlier version
        return
    known = path.read_text(encoding="utf-8").split("\n")[:-1]
    named = str(folder.resolve())
    if named not in known:
        lasting.write(path, "".join(f"{each}\n" for each in (*known, named)).encode())


def is_ours(home: Home, folder: Path) -> bool:
    """Whether it may write into the folder: it was never restored, was told to, or finds no log there."""
    path = home.root / FILE
    if not path.is_file():
        return True
    if str(folder.resolve()) in path.read_text(encoding="utf-8").split("\n"):
        return True
    return not any((folder / name).exists() for name in (heads.SIGNED_FILE, heads.CHECKPOINT_FILE))


def require(home: Home, folder: Path) -> None:
    """Refuse to write into a folder that holds a log this installation was not told to go on with.

    Raises:
        KeyTrouble: it does; nothing was written.
    """
    if not is_ours(home, folder):
        raise KeyTrouble(
            f"{folder} holds the log of the installation this one was restored from, which may still publish"
            " there; nothing was written. If that one is gone for good: `ybz evidence publish --to"
            f" {folder} --take-over`. If you rehearse: `ybz restore --rehearsal` into an empty place"
        )
    take_over(home, folder)
