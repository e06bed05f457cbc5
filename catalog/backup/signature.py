"""The signature of a backup: over its list of files, by the key the evidence log is signed with.

Decides that rows are believed for whose list of digests the lost installation signed: whoever has the folder
can change a file and the list, and not the signature. The key to check it with never comes from the folder in
the clear: it is one of the keys that are restored, whose seal a passphrase opens, or one a person names.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Final

from catalog import lasting
from catalog.backup import manifest
from catalog.backup.errors import BackupDamaged
from catalog.keys.encoding import of_base64
from catalog.keys.ring import Ring
from catalog.keys.signers import Signer, verify

FILE: Final = "manifest.sig"
# What is signed begins with what it is, so that no other signature of the key passes for one.
_CONTEXT: Final = b"yibenzhang backup manifest\n"


def sign(folder: Path, signer: Signer) -> None:
    """Sign the list of a backup as it stands on the disk."""
    key = signer.fixed()
    signature = key.sign(_CONTEXT + (folder / manifest.FILE).read_bytes())
    told = {"key": key.key_id, "signature": base64.b64encode(signature).decode()}
    lasting.write(folder / FILE, json.dumps(told, sort_keys=True).encode())


def require(folder: Path, ring: Ring) -> None:
    """Let a backup pass whose list a key of the ring signed that was not revoked.

    Raises:
        BackupDamaged: nobody signed it, another key did, or it was changed since.
    """
    path = folder / FILE
    try:
        told = json.loads(path.read_bytes())
        named, signature = str(told["key"]), of_base64(told["signature"])
    except FileNotFoundError:
        raise BackupDamaged(f"{folder} is not signed: nobody answers for its rows — take another") from None
    except (ValueError, KeyError, TypeError):
        raise BackupDamaged(f"{path} cannot be read — take another backup") from None
    key = ring.of(named)
    if key is None:
        raise BackupDamaged(
            f"{folder} is signed with another key — name the one of then (--public-key FILE), as it was"
            " published with the log"
        )
    if key.revoked_at is not None:
        raise BackupDamaged(f"{folder} is signed with a key that was revoked — take another backup")
    text = _CONTEXT + (folder / manifest.FILE).read_bytes()
    if not verify(key.algorithm, key.public_raw, text, signature):
        raise BackupDamaged(f"{folder} was changed after it was signed — bring another backup")
