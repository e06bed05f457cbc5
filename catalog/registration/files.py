"""Files that are handed in: attachments, evidence of objections, proofs of codes.

Decides where they are kept: under their SHA-256 among what the installation keeps (:mod:`catalog.lake.kept`),
for its owner alone. The store and the evidence log hold name, size and digest.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, insert

from catalog import lasting
from catalog.home import Home
from catalog.lake.kept import kept_of
from catalog.registration import rulings
from catalog.registration.errors import FormUnreadable
from catalog.store.schema import new_id
from catalog.store.tables.registration import registration_files

FOLDER: Final = "registration"
PROOF: Final = "proof"
OBJECTION: Final = "objection"
_LONGEST_NAME: Final = 200  # characters


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that is kept.

    Attributes:
        role: key of the materials, ``objection`` or ``proof``.
        name: as it was handed in, without its folder.
        digest: SHA-256, hexadecimal.
        size_bytes: of it.
    """

    role: str
    name: str
    digest: str
    size_bytes: int


def keep(home: Home, role: str, path: Path, on: date) -> Kept:
    """Keep a copy of a file; the same content is kept once.

    Args:
        home: the installation.
        role: what it is.
        path: of the file.
        on: day, for the rule on sizes.

    Raises:
        FormUnreadable: there is no such file, it is empty or too large.
    """
    if not path.is_file():
        raise FormUnreadable(f"{path}: there is no such file — name the {role} by its path")
    size, most = path.stat().st_size, int(rulings.ruled("largest_file", on).value)
    if not 0 < size <= most:
        raise FormUnreadable(f"{path}: a file has between 1 and {most:,} bytes, this one {size:,}")
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    folder = home.root / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    # One that was changed behind our back is put right: what is kept under a digest has that digest.
    if not is_intact(home, digest):
        # By a file of its own: two may hand in the same at once.
        draft = folder / f".{digest}.{secrets.token_hex(4)}"
        try:
            lasting.write(draft, content)
            kept_of(home).take(draft, f"{FOLDER}/{digest}")
        finally:
            draft.unlink(missing_ok=True)
    return Kept(role, path.name[:_LONGEST_NAME], digest, len(content))


def is_intact(home: Home, digest: str) -> bool:
    """Whether a file is still there as it was handed in."""
    content = kept_of(home).read(f"{FOLDER}/{digest}")
    return content is not None and hashlib.sha256(content).hexdigest() == digest


def note(
    connection: Connection,
    application_id: str,
    kept: tuple[Kept, ...],
    now: datetime,
    objection_id: str | None = None,
) -> None:
    """Note in the store which files belong to an application."""
    if not kept:
        return
    connection.execute(
        insert(registration_files),
        [
            {
                "id": new_id("fil"), "application_id": application_id, "objection_id": objection_id,
                "role": each.role, "name": each.name, "digest": each.digest,
                "size_bytes": each.size_bytes, "kept_at": now,
            }
            for each in kept
        ],
    )  # fmt: skip
