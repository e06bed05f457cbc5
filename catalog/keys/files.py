"""The keys of an installation as files: how they are made, kept, refused and changed.

Decides what a key file is, and that a running process signs with the key that is in place now, while the
ledger knows it to be in use (:mod:`catalog.keys.succession`). When keys change is
:mod:`catalog.keys.rotation`; a hardware module (HSM, SM2 gateway) is another :class:`Signer`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from catalog import lasting
from catalog.home import Home
from catalog.keys import following, heads
from catalog.keys.signers import (
    Algorithm,
    Ed25519Signer,
    KeyTrouble,
    Signer,
    SM2Signer,
    new_private_pem,
    signer_of_pem,
)
from contracts.canonical import canonical

SIGNING_FILE: Final = "signing.pem"
# The key announced by a rotation that is under way.
NEXT_FILE: Final = "signing.next.pem"
PSEUDONYM_FILE: Final = "pseudonym.key"

# HMAC-SHA-256 takes a key of its own output length (RFC 2104, section 3), in bytes.
PSEUDONYM_BYTES: Final = 32

# How long a key that was found in use is good for a running process, in seconds: another machine may rotate.
_GOOD_FOR_S: Final = 1.0


class InstalledSigner:
    """Signs with the key file of an installation; see :class:`Signer`.

    A key that is rotated takes effect in every running process at its next signature.
    """

    __slots__ = ("_good", "_held", "_home", "_seen")

    def __init__(self, home: Home) -> None:
        self._home = home
        self._seen = (-1, -1)
        self._held: Ed25519Signer | SM2Signer | None = None
        self._good = ("", 0.0)  # the key last found in use, and until when that is good

    @property
    def algorithm(self) -> Algorithm:
        """How the key in place signs."""
        return self.in_place().algorithm

    @property
    def key_id(self) -> str:
        """Of the key in place."""
        return self.in_place().key_id

    @property
    def public_raw(self) -> bytes:
        """Of the key in place."""
        return self.in_place().public_raw

    @property
    def public_pem(self) -> bytes:
        """Of the key in place."""
        return self.in_place().public_pem

    def sign(self, message: bytes) -> bytes:
        """The signature of ``message`` by the key in place."""
        return self.fixed().sign(message)

    def fixed(self) -> Ed25519Signer | SM2Signer:
        """The key of this moment, to sign with.

        Raises:
            KeyTrouble: the key file is gone, damaged, or others may read it; or the key is out of use.
        """
        key, now = self.in_place(), time.monotonic()
        named, until = self._good
        if key.key_id != named or now > until:
            from catalog.keys.succession import require_in_use  # asks the store, which needs no key

            try:
                require_in_use(self._home, key.key_id)
            except KeyTrouble:
                key = self.in_place()  # the key, or the ledger, may have gone on in between
                require_in_use(self._home, key.key_id)
            self.found_in_use(key.key_id)
        return key

    def found_in_use(self, named: str) -> None:
        """Keep for a moment that the ledger was found to have this key in use."""
        self._good = (named, time.monotonic() + _GOOD_FOR_S)

    def in_place(self) -> Ed25519Signer | SM2Signer:
        """The key of this moment, whether or not it is in use.

        Raises:
            KeyTrouble: the key file is gone, damaged, or others may read it.
        """
        path = self._home.keys / SIGNING_FILE
        try:
            found = path.stat()
        except FileNotFoundError as error:
            raise KeyTrouble(f"{path} is gone — restore it from backup") from error
        seen = (found.st_ino, found.st_mtime_ns)
        if self._held is None or seen != self._seen:
            self._good = ("", 0.0)
            self._held, self._seen = signer_of_pem(_read(path), str(path)), seen
        return self._held

    def heads(self) -> tuple[heads.Head, ...]:
        """What this installation's log is known outside the store to have been."""
        return heads.known(self._home)

    def keep_head(self, size: int, root: str) -> None:
        """Remember, before it is signed, that this size has this root."""
        outside = heads.outside_folder(self._home)
        if outside is not None:
            following.require(self._home, outside)
        heads.keep(self._home, heads.Head(size, root))

    def __repr__(self) -> str:
        return f"InstalledSigner({self._home.keys})"


@lru_cache(maxsize=64)
def installed(home: Home) -> InstalledSigner:
    """The signer of an installation as a running process keeps it; whether there is a key shows when used."""
    return InstalledSigner(home)


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one installation.

    Attributes:
        signer: signs checkpoints, receipts and editions.
        pseudonym: 32 bytes for keyed hashes of identifiers; never leaves this process.
    """

    signer: Signer
    pseudonym: bytes = field(repr=False)


def load(home: Home) -> Keys:
    """Read the keys of ``home``; make them on first use.

    Args:
        home: the installation; its ``keys`` folder is created with mode 0700, the files with 0600.

    Returns:
        The keys, the same for every process however many start at once.

    Raises:
        KeyTrouble: others may read a key, a key file is damaged, or one that was used is lost.
    """
    home.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    _refuse_loose(home.keys)
    signing, pseudonym = home.keys / SIGNING_FILE, home.keys / PSEUDONYM_FILE
    _refuse_lost(home, signing, pseudonym)
    # The pseudonym key first: where a start is killed between the two, the next one goes on.
    _create(pseudonym, secrets.token_bytes(PSEUDONYM_BYTES))
    if not signing.exists():
        _create(signing, new_private_pem(Algorithm.ED25519))
    secret = _read(pseudonym)
    if len(secret) != PSEUDONYM_BYTES:
        raise KeyTrouble(f"{pseudonym} is not {PSEUDONYM_BYTES} bytes — restore it from escrow")
    signer = InstalledSigner(home)
    signer.in_place()  # a key that cannot be read is refused here
    return Keys(signer=signer, pseudonym=secret)


def announced(home: Home, algorithm: Algorithm) -> Ed25519Signer | SM2Signer:
    """The key that comes next, made on first use: a rotation that was stopped goes on with the same.

    Raises:
        KeyTrouble: SM2 is asked for and OpenSSL cannot, or the waiting key is of another algorithm.
    """
    path = home.keys / NEXT_FILE
    if not path.exists():
        _create(path, new_private_pem(algorithm))
    made = signer_of_pem(_read(path), str(path))
    if made.algorithm is not algorithm:
        raise KeyTrouble(f"a rotation to {made.algorithm} is under way — finish it with that algorithm first")
    return made


def put_in_place(home: Home, key_id: str) -> None:
    """Put the announced key in place of the one in use, whose private half is gone from then on."""
    path = home.keys / NEXT_FILE
    if path.exists() and signer_of_pem(_read(path), str(path)).key_id == key_id:
        lasting.stand(path, home.keys / SIGNING_FILE)


def row_reference(secret: bytes, dataset: str, key: Mapping[str, Any]) -> str:
    """How a row is named where its values may not appear: a keyed hash of its primary key.

    Args:
        secret: the pseudonym key.
        dataset: ``schema.table``.
        key: primary key field → value, as the release holds it.

    Returns:
        128 bits in hexadecimal, the same in every release that holds the row.
    """
    named = canonical([dataset, {name: None if v is None else str(v) for name, v in key.items()}])
    # The prefix keeps rows and units apart: no row's reference is a unit's pseudonym.
    return hmac.new(secret, b"row\x00" + named, hashlib.sha256).hexdigest()[:32]


def row_references(secret: bytes, dataset: str, keys: Iterable[Mapping[str, Any]]) -> list[str]:
    """The same of many rows of one dataset; arguments as of :func:`row_reference`."""
    # Names of fields are lower-case letters and values are texts: what JSON writes of them is canonical.
    write = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
    named = (write([dataset, {n: None if v is None else str(v) for n, v in key.items()}]) for key in keys)
    return [hmac.digest(secret, b"row\x00" + text.encode(), "sha256").hex()[:32] for text in named]


def _refuse_lost(home: Home, signing: Path, pseudonym: Path) -> None:
    """Keys are made where there never were any: another one in place of a lost one would be nobody's.

    Raises:
        KeyTrouble: a key that was used is gone.
    """
    if not pseudonym.exists() and (signing.exists() or heads.has_signed(home)):
        raise KeyTrouble(f"{pseudonym} is lost — restore it from escrow: a new one would break every join")
    if not signing.exists() and heads.has_signed(home):
        raise KeyTrouble(
            f"{signing} is lost, and has signed before — bring it back from escrow or the newest backup"
            " (docs/operate.md, when something is wrong)"
        )


def _create(path: Path, content: bytes) -> None:
    """Write ``content`` unless the file exists; a reader never sees half a key."""
    if path.exists():
        return
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.link(draft, path)  # fails where another process was first: its key stands
    except FileExistsError:
        return
    finally:
        draft.unlink(missing_ok=True)


def _read(path: Path) -> bytes:
    _refuse_loose(path)
    return path.read_bytes()


def _refuse_loose(path: Path) -> None:
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        wanted = "0700" if path.is_dir() else "0600"
        raise KeyTrouble(f"{path} may be read by others (mode {mode:04o}) — run `chmod {wanted} {path}`")
