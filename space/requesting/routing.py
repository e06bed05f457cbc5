"""Which way the items of a request take 分办: one way is one owner, one sharing type and one chain.

Decides how what is asked for falls apart into cases, before and while it is filed. Reads the ledger; writes
nothing.

Source: 政务数据共享条例 Arts 20–23.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection

from catalog.releases import published as releases
from contracts.canonical import canonical
from contracts.model import Contract, ShareType
from policies.approval import Chain
from space.granting.kinds import grade_of, published
from space.requesting import chains
from space.requesting.statements import OPEN, Item, Statement

# The deadline rule of an answer; all but unconditional sharing is examined.
_RULES: Final = {ShareType.UNCONDITIONAL.value: "answer_unconditional", OPEN: "answer_open"}
_EXAMINED: Final = "answer_conditional"


@dataclass(frozen=True, slots=True)
class Way:
    """What the items of one case have in common.

    Attributes:
        owner, owner_code: the department of the entries.
        share_type: of all its items, or ``open``.
        chain: who answers, in which order; without seats it is given at once.
    """

    owner: str
    owner_code: str
    share_type: str
    chain: Chain

    @property
    def rule(self) -> str:
        """The deadline rule of the answer."""
        return answer_rule(self.share_type)


def answer_rule(share_type: str) -> str:
    """The deadline rule of an answer to items of a sharing type."""
    return _RULES.get(share_type, _EXAMINED)


def routed(
    connection: Connection, statement: Statement, day: date
) -> tuple[tuple[Way, tuple[Item, ...]], ...]:
    """The ways of what a statement asks for, each with its items, always in the same order.

    Args:
        connection: to read the entries and their owners' chains with.
        statement: what the applicant states.
        day: today, Asia/Shanghai.
    """
    contracts = published(connection, [item.dataset for item in statement.items])
    newest = releases.newest(connection, contracts.keys())
    found: dict[bytes, tuple[Way, list[Item]]] = {}
    for item in statement.items:
        contract = contracts[item.dataset]
        grade = grade_of(contract, newest.get(item.dataset))
        way = _way(connection, contract, OPEN if statement.kind == OPEN else item.share_type, grade, day)
        key = canonical([way.owner_code, way.owner, way.share_type, way.chain.to_document()])
        found.setdefault(key, (way, []))[1].append(item)
    return tuple((found[key][0], tuple(found[key][1])) for key in sorted(found))


def _way(
    connection: Connection, contract: Contract, share_type: str, grade: int | None, day: date
) -> Way:  # fmt: skip
    chain = chains.chain_of(connection, contract, share_type, grade, day)
    return Way(contract.department.name, contract.department.code or "", share_type, chain)
