"""Keys 密钥: what signs for the installation and for the parties, and what makes pseudonyms.

What other rooms call stands here, loaded on first use so that the command line starts without the store:

- :class:`Signer`, :class:`Ed25519Signer`, :class:`SM2Signer`, :func:`verify`, :func:`algorithm_of`;
- :func:`load`, :class:`Keys`, :func:`key_id`, :func:`public_from_pem`, :func:`row_reference`;
- :func:`register_party_key`, :func:`party_keys`, :func:`check_party_signature`, :func:`possession`;
- :class:`Ring`, :func:`ring_of`: every key the installation ever signed with, each with its time.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from catalog.keys.files import (
        PSEUDONYM_FILE,
        SIGNING_FILE,
        Keys,
        load,
        row_reference,
        row_references,
    )
    from catalog.keys.parties import (
        PartyKey,
        check_party_signature,
        party_keys,
        possession,
        register_party_key,
        revoke_party_key,
    )
    from catalog.keys.ring import KnownKey, Ring, ring_of
    from catalog.keys.signers import (
        Algorithm,
        Ed25519Signer,
        KeyTrouble,
        Signer,
        SM2Signer,
        algorithm_of,
        key_id,
        public_from_pem,
        public_to_pem,
        verify,
    )

__all__ = [
    "PSEUDONYM_FILE",
    "SIGNING_FILE",
    "Algorithm",
    "Ed25519Signer",
    "KeyTrouble",
    "Keys",
    "KnownKey",
    "PartyKey",
    "Ring",
    "SM2Signer",
    "Signer",
    "algorithm_of",
    "check_party_signature",
    "key_id",
    "load",
    "party_keys",
    "possession",
    "public_from_pem",
    "public_to_pem",
    "register_party_key",
    "revoke_party_key",
    "ring_of",
    "row_reference",
    "row_references",
    "verify",
]

_HOMES = {
    "files": ("PSEUDONYM_FILE", "SIGNING_FILE", "Keys", "load", "row_reference", "row_references"),
    "parties": (
        "PartyKey",
        "check_party_signature",
        "party_keys",
        "possession",
        "register_party_key",
        "revoke_party_key",
    ),
    "ring": ("KnownKey", "Ring", "ring_of"),
    "signers": (
        "Algorithm",
        "Ed25519Signer",
        "KeyTrouble",
        "SM2Signer",
        "Signer",
        "algorithm_of",
        "key_id",
        "public_from_pem",
        "public_to_pem",
        "verify",
    ),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
