"""Two parties and the platform, with keys of their own, and what they do with a contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection

from catalog.keys import Ed25519Signer, possession, register_party_key
from catalog.keys.signers import Algorithm, new_private_pem, signer_of_pem
from catalog.store import reading, writing
from space.contracting import negotiating, signing
from space.contracting.contracts import by_id
from space.contracting.values import DigitalContract, Side
from space.granting.grants import Grant
from tests.space.bureau import Bureau
from tests.space.bureau_contracts import MARKET

_Made = TypeVar("_Made")

MANAGER, USER, WITNESS = "王敏", "周敏", "平台值班员"
PERSONS = {Side.PROVIDER: MANAGER, Side.CONSUMER: USER, Side.PLATFORM: WITNESS, Side.CLOCK: ""}
PROVIDER = MARKET.code
TERMS: dict[str, Any] = {
    "purpose": "governance.administration",
    "datasets": [{"name": "market.firms", "columns": ["industry", "capital"]}],
    "valid_to": "2027-09-23",
    "in_charge": {"manager": MANAGER, "user": USER},
}


def new_key(algorithm: Algorithm = Algorithm.ED25519) -> Any:
    """A signer with a fresh key."""
    return signer_of_pem(new_private_pem(algorithm), "a fresh key")


@dataclass
class Parties:
    """The bureau, where the market authority gives and the development commission uses.

    Attributes:
        bureau: the installation.
        keys: the registered key of either party.
    """

    bureau: Bureau
    keys: dict[Side, Any] = field(default_factory=dict)

    @property
    def consumer(self) -> str:
        """Code of the using party."""
        return self.bureau.department["code"]

    def code(self, side: Side) -> str:
        """Code of a party."""
        return PROVIDER if side is Side.PROVIDER else self.consumer

    def act(self, act: Callable[[Connection], _Made]) -> _Made:
        """One transaction."""
        with writing(self.bureau.engine) as connection:
            return act(connection)

    def register(self, side: Side, signer: Any) -> Any:
        """Register a key for a party."""
        code = self.code(side)
        self.act(
            lambda connection: register_party_key(
                connection, organisation=code, holder=PERSONS[side], public_pem=signer.public_pem,
                proof=possession(signer, code), valid_from=self.bureau.clock(), by="张磊",
                now=self.bureau.clock(),
            )
        )  # fmt: skip
        self.keys[side] = signer
        return signer

    def draft(self, side: Side = Side.PROVIDER, **changed: Any) -> DigitalContract:
        """Draft a contract over industry and capital; ``changed`` adds to its terms or replaces."""
        return self.act(lambda connection: draft_in(self, connection, side, **changed))

    def offered(self, **changed: Any) -> DigitalContract:
        """The same, offered by the provider."""
        return self.step(negotiating.offer, self.draft(**changed), Side.PROVIDER, why="请过目")

    def agreed(self, **changed: Any) -> DigitalContract:
        """The same, accepted by the consumer."""
        made = self.offered(**changed)
        return self.act(
            lambda connection: negotiating.accept(
                connection, made.id, 1, side=Side.CONSUMER, by=USER, why="", now=self.bureau.clock()
            )
        )

    def in_force(self, **changed: Any) -> Grant:
        """The same, signed by all three."""
        made = self.agreed(**changed)
        for side in (Side.PROVIDER, Side.CONSUMER):
            self.act(lambda connection, side=side: sign_in(self, connection, made.id, side))
        return self.act(lambda connection: conclude_in(self, connection, made.id))

    def step(
        self, act: Callable[..., DigitalContract], made: DigitalContract, side: Side, why: str = "w"
    ) -> DigitalContract:
        """Take a step in a transaction of its own."""
        now = self.bureau.clock()
        return self.act(
            lambda connection: act(connection, made.id, side=side, by=PERSONS[side], why=why, now=now)
        )

    def stands(self, named: str) -> DigitalContract:
        """A contract as it stands."""
        with reading(self.bureau.engine) as connection:
            return by_id(connection, named)


def draft_in(parties: Parties, connection: Connection, side: Side, **changed: Any) -> DigitalContract:
    """Draft in a transaction."""
    stated: Mapping[str, Any] = TERMS | changed
    return negotiating.draft(
        connection, stated, to=parties.consumer, side=side, by=PERSONS[side], why="产业分析",
        now=parties.bureau.clock(),
    )  # fmt: skip


def sign_in(parties: Parties, connection: Connection, named: str, side: Side) -> DigitalContract:
    """Sign for a party in a transaction, with its key."""
    key = parties.keys[side]
    signature = key.sign(signing.to_sign(by_id(connection, named), side))
    return signing.sign(
        connection, named, side=side, by=PERSONS[side], key_id=key.key_id, signature=signature,
        now=parties.bureau.clock(),
    )  # fmt: skip


def conclude_in(parties: Parties, connection: Connection, named: str) -> Grant:
    """Sign for the platform in a transaction."""
    signer, now = parties.bureau.keys.signer, parties.bureau.clock()
    return signing.conclude(connection, signer, named, by=WITNESS, now=now)


@pytest.fixture
def parties(bureau: Bureau) -> Parties:
    """Both with a registered key, and a permitted request of the consumer's."""
    bureau.permitted(bureau.department, bureau.trade)
    made = Parties(bureau)
    for side in (Side.PROVIDER, Side.CONSUMER):
        key = new_key()
        assert isinstance(key, Ed25519Signer)
        made.register(side, key)
    return made
