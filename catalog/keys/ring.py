"""The ring 密钥环: every key the installation signed with, each with its time; published as a JWK set.

Decides whether a signature of a key counts for the time it was given at. How the keys change is
:mod:`catalog.keys.rotation`; that the log itself tells of every change is checked by
:mod:`catalog.evidence.verify`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from catalog.keys.encoding import base64url, of_base64url
from catalog.keys.signers import Algorithm, KeyTrouble, Signer, algorithm_of, key_id, public_from_pem, verify
from catalog.store.tables.keys import signing_keys


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key of the ring.

    Attributes:
        public_raw: the public key.
        valid_from: in use from then on; None: from the beginning.
        valid_to: in use until then; None: still.
        revoked_at: what it signs from then on does not count; None where it was not revoked.
    """

    public_raw: bytes
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    revoked_at: datetime | None = None

    @property
    def key_id(self) -> str:
        """First 8 bytes of SHA-256 over the public key."""
        return key_id(self.public_raw)

    @property
    def algorithm(self) -> Algorithm:
        """How it signs."""
        return algorithm_of(self.public_raw)

    def problem(self, first: datetime | None, last: datetime | None = None) -> str | None:
        """Why what it signed does not count; None where it does.

        Args:
            first: when it was signed, or the start of the span in which it was; None: not known.
            last: end of that span, the start itself where None.
        """
        if first is None:
            return (
                f"key {self.key_id} was revoked, and when this was signed is not known"
                if self.revoked_at
                else None
            )
        if self.revoked_at is not None and first >= self.revoked_at:
            return (
                f"key {self.key_id} was revoked on {self.revoked_at:%Y-%m-%d %H:%M}Z, before this was signed"
            )
        if self.valid_to is not None and first > self.valid_to:
            return (
                f"key {self.key_id} was in use until {self.valid_to:%Y-%m-%d %H:%M}Z; this was signed later"
            )
        if self.valid_from is not None and (last or first) < self.valid_from:
            return (
                f"key {self.key_id} is in use from {self.valid_from:%Y-%m-%d %H:%M}Z; this was signed earlier"
            )
        return None

    def jwk(self) -> dict[str, Any]:
        """The public key as a JWK, with its time.

        Source: RFC 7517; RFC 8037 (OKP); RFC 7518, section 6.2 (EC); RFC 8998 (curveSM2).
        """
        raw = self.public_raw
        shape: dict[str, Any] = {"kty": "OKP", "crv": "Ed25519", "x": base64url(raw)}
        if self.algorithm is Algorithm.SM2:
            shape = {"kty": "EC", "crv": "curveSM2", "x": base64url(raw[1:33]), "y": base64url(raw[33:])}
        times = {"nbf": self.valid_from, "exp": self.valid_to}
        told: dict[str, Any] = {name: int(at.timestamp()) for name, at in times.items() if at is not None}
        if self.revoked_at is not None:
            told["revoked"] = {"revoked_at": int(self.revoked_at.timestamp())}
        return {**shape, "alg": self.algorithm.value, "kid": self.key_id, "use": "sig", **told}


@dataclass(frozen=True, slots=True)
class Ring:
    """Every key the installation signed with, in the order of their use."""

    keys: tuple[KnownKey, ...]

    def of(self, named: str) -> KnownKey | None:
        """The key of that id."""
        return next((key for key in self.keys if key.key_id == named), None)

    def problem(
        self,
        named: str,
        message: bytes,
        signature: bytes,
        first: datetime | None,
        last: datetime | None = None,
    ) -> str | None:
        """Why a signature does not count; None where it does. See :meth:`KnownKey.problem` for the times."""
        key = self.of(named)
        if key is None:
            return "signed with another key — take the public keys of the installation that signed"
        if not verify(key.algorithm, key.public_raw, message, signature):
            return "the signature does not hold: the statement was changed"
        return key.problem(first, last)

    def signed(self, message: bytes, signature: bytes) -> bool:
        """Whether a key of the ring that was not revoked signed ``message``, whenever."""
        good = [key for key in self.keys if key.revoked_at is None]
        return any(verify(key.algorithm, key.public_raw, message, signature) for key in good)

    def jwks(self) -> dict[str, Any]:
        """The keys as a JWK set (RFC 7517, section 5)."""
        return {"keys": [key.jwk() for key in self.keys]}

    @classmethod
    def single(cls, public_raw: bytes) -> Ring:
        """A ring of one key that always counts: what a reader has who was given one public key."""
        return cls((KnownKey(public_raw),))

    @classmethod
    def around(cls, public: bytes | Ring) -> Ring:
        """A ring as it is, or that of one key."""
        return cls.single(public) if isinstance(public, bytes) else public

    @classmethod
    def of_jwks(cls, document: Mapping[str, Any]) -> Ring:
        """The ring of a published JWK set.

        Raises:
            KeyTrouble: it is none, or holds a key of another kind.
        """
        try:
            return cls(tuple(_key(jwk) for jwk in document["keys"]))
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise KeyTrouble("the published keys are not a JWK set of Ed25519 and SM2 keys") from error


def ring_of(connection: Connection, signer: Signer) -> Ring:
    """The ring of the installation.

    Args:
        connection: a transaction.
        signer: of the key in use, which is the only one until the first rotation.
    """
    return stored_ring(connection) or Ring.single(signer.public_raw)


def stored_ring(connection: Connection) -> Ring | None:
    """The ring as the store has it; None before the first rotation."""
    query = select(signing_keys).order_by(signing_keys.c.number)
    # A key that was announced and is not in use yet has signed nothing.
    found = [row for row in connection.execute(query) if row.number == 1 or row.valid_from is not None]
    if not found:
        return None
    return Ring(
        tuple(
            KnownKey(public_from_pem(row.public_pem.encode()), row.valid_from, row.valid_to, row.revoked_at)
            for row in found
        )
    )


def _key(jwk: Mapping[str, Any]) -> KnownKey:
    raw = (
        of_base64url(jwk["x"])
        if jwk["kty"] == "OKP"
        else b"\x04" + of_base64url(jwk["x"]) + of_base64url(jwk["y"])
    )
    revoked = jwk["revoked"]["revoked_at"] if "revoked" in jwk else None
    known = KnownKey(raw, _instant(jwk.get("nbf")), _instant(jwk.get("exp"), ends=True), _instant(revoked))
    if known.algorithm != jwk["alg"] or known.key_id != jwk["kid"]:
        raise ValueError("the key is not what it says it is")
    return known


def _instant(seconds: int | None, *, ends: bool = False) -> datetime | None:
    """An instant of whole seconds; an end counts to the end of its second."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(int(seconds), UTC) + timedelta(seconds=1 if ends else 0)
