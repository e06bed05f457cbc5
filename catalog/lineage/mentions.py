"""Which contracts name which datasets in their rules and joins, so that none is parsed to be asked.

Decides what counts as naming: rules that read another dataset, and declared joins with one. Mentions are
kept by the contract's digest in the transaction that makes the revision; a contract is never changed.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from sqlalchemy import Connection, select

from catalog import revisions
from catalog.lineage.lists import Statement
from catalog.store.tables.ledger import revisions as revision_rows
from contracts.model import Contract, RuleKind

# Kinds of rules that read another dataset.
ELSEWHERE: Final = (RuleKind.REFERENCE, RuleKind.AGREEMENT)
# Revisions of an earlier store looked at in one go.
_AT_ONCE: Final = 500

_KEEP: Final = Statement("""
    INSERT INTO contract_mentions (dataset, digest) SELECT [name:0], [name:1] FROM [rows:mentions]
""")
_FORGET: Final = Statement("DELETE FROM contract_mentions WHERE digest IN [names:digests]")
# The contracts in force that name one of some datasets, part of other statements too.
MENTIONING: Final = """
    SELECT r.contract, e.name
    FROM revisions AS r JOIN entries AS e ON e.id = r.entry_id
    WHERE r.digest IN (SELECT m.digest FROM contract_mentions AS m WHERE m.dataset IN {datasets})
      AND r.number = COALESCE(e.published_revision, e.current_revision)
"""
_MENTIONING: Final = Statement(MENTIONING.format(datasets="[names:datasets]") + "ORDER BY e.name")


def keep_all(connection: Connection, contracts: Mapping[str, Contract]) -> None:
    """Keep what new contracts name, by their digests, in the transaction that makes their revisions."""
    mentions = [(name, digest) for digest, contract in contracts.items() for name in _named(contract)]
    if mentions:
        _FORGET.run(connection, digests={digest for _, digest in mentions})
        _KEEP.run(connection, mentions=mentions)


def mentioning(connection: Connection, datasets: Collection[str]) -> Iterator[Contract]:
    """The contracts in force whose rules or joins name one of some datasets, by name."""
    for contract, _ in _MENTIONING.run(connection, datasets=datasets):
        yield revisions.parsed(contract)


def take_over(connection: Connection) -> None:
    """Keep what the contracts of a store of an earlier version name."""
    rows = connection.execute(select(revision_rows.c.digest, revision_rows.c.contract).distinct())
    for some in rows.partitions(_AT_ONCE):
        keep_all(connection, {row.digest: _parsed(row.contract) for row in some})


def _parsed(contract: str) -> Contract:
    from contracts.odcs.files import from_document

    document: Any = json.loads(contract)
    return from_document(document)


def _named(contract: Contract) -> set[str]:
    named = {rule.args.get("dataset") for rule in contract.rules if rule.kind in ELSEWHERE}
    named |= {join.dataset for join in contract.joins}
    return {name for name in named if name and name != contract.name}
