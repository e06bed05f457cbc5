"""What moved between two releases, with the areas of every row: one comparison for all subscriptions.

Decides that a row moves when its values do, **or its area does**: a person who moves in the register, a
street that is split, a corrected list of addresses move rows that nobody touched. Such a row counts once, as
a changed row whose values are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from catalog.places.attributing import Attribution, attribute_rows, rules_of
from catalog.places.divisions import Divisions
from catalog.places.knowing import Knowing
from catalog.releases import published as releases
from catalog.releases.delta import unreadable
from catalog.releases.published import Changes, Release
from contracts.model import Contract
from pipelines.backflow.attribution import Moved
from pipelines.errors import PipelineError

# The areas of rows, as of one version.
_Attribute = Callable[[pa.Table], Attribution]


class CannotDeliver(PipelineError):
    """Rows that can no longer be read, attributed to an area, or compared with the former ones."""


@contextmanager
def readable(release: Release) -> Iterator[None]:
    """Read and attribute rows of a release; one whose files are gone stands in nobody else's way.

    Raises:
        CannotDeliver: its table, or that of a register, is missing or does not open.
    """
    try:
        yield
    except unreadable() as error:
        raise CannotDeliver(
            f"the rows of {release.dataset}, release {release.number}, or of a register that tells their"
            " areas, cannot be read — restore the lake of the installation"
        ) from error


@dataclass(frozen=True, slots=True)
class Version:
    """One published version, and what its rows are attributed by.

    Attributes:
        release: the version.
        contract: it was built from.
        moment: the instant of its attribution.
    """

    release: Release
    contract: Contract
    moment: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """One comparison a subscription needs: from a published version to a later one, in one meaning."""

    before: Version | None
    after: Version
    meaning: str

    @property
    def since(self) -> str:
        """Release compared with; empty where the whole area is sent."""
        return self.before.release.id if self.before is not None else ""

    @property
    def ends(self) -> tuple[str, str, str]:
        """What tells one comparison from another."""
        return self.since, self.after.release.id, self.meaning


def moved(knowing: Knowing, step: Step, areas: Collection[str]) -> Moved:
    """All rows that moved, attributed on both sides.

    Args:
        knowing: reads lists, registers and claims.
        step: which versions, in which meaning.
        areas: that are served; a row moves too where it lies in one of them on one side only.

    Raises:
        CannotDeliver: a contract names no primary key, or nothing tells the area; or what told it is gone.
    """
    after, former = step.after, step.before or step.after
    _refuse_unattributable(step)
    if step.before is not None:
        _refuse_new_types(step.before.contract, after.contract)
    earlier = step.before.release if step.before is not None else None
    changes = releases.changes(knowing.home, earlier, after.release, after.contract.key)
    known_now = knowing.of(after.contract, step.meaning, after.release, after.moment)
    known_then = knowing.of(former.contract, step.meaning, former.release, former.moment)

    def then(rows: pa.Table) -> Attribution:
        _refuse_lost(former.contract, step.meaning, rows)
        return attribute_rows(former.contract, step.meaning, rows, known_then)

    def now(rows: pa.Table) -> Attribution:
        return attribute_rows(after.contract, step.meaning, rows, known_now)

    if step.before is not None and _mark(knowing, step.before, step.meaning) != _mark(
        knowing, after, step.meaning
    ):
        sides = ((then, known_then.places.tree), (now, known_now.places.tree))
        changes = _with_moved_areas(knowing, after, changes, sides, frozenset(areas))
    return Moved(
        changes,
        added=now(changes.added),
        before=then(changes.changed_before),
        after=now(changes.changed_after),
        removed=then(changes.removed),
        was=known_then.places.tree,
        now=known_now.places.tree,
    )


def _mark(knowing: Knowing, version: Version, meaning: str) -> str:
    return knowing.mark(version.contract, meaning, version.release, version.moment)


def _with_moved_areas(
    knowing: Knowing,
    after: Version,
    changes: Changes,
    sides: tuple[tuple[_Attribute, Divisions], tuple[_Attribute, Divisions]],
    areas: frozenset[str],
) -> Changes:
    """The changes and the rows nobody touched whose area is another one now."""
    whole = releases.read_vault(knowing.home, after.release, changes.added.column_names)
    # A village that kept its code may lie in another street: the served areas it lies in are compared too.
    # The others are not: where a list only says more of what lies above, no row has moved.
    was, is_ = (_places(tell(whole).codes, tree, areas) for tell, tree in sides)
    differs = pc.coalesce(pc.not_equal(was, is_), pc.xor(pc.is_null(was), pc.is_null(is_)))
    suspects = whole.filter(differs)
    key = list(after.contract.key)
    touched = {
        tuple(row.values())
        for part in (changes.added, changes.changed_after)
        for row in part.select(key).to_pylist()
    }
    rows = suspects.select(key).to_pylist()
    kept = suspects.filter(pa.array([tuple(row.values()) not in touched for row in rows], pa.bool_()))
    return Changes(
        changes.added,
        together(changes.changed_before, kept),
        together(changes.changed_after, kept),
        changes.removed,
    )


def _places(codes: pa.Array, tree: Divisions, areas: frozenset[str]) -> pa.Array:
    """Per row its area and the served ones that area lies in, as one text."""
    encoded = codes.dictionary_encode()
    told = [
        " ".join([code, *sorted(areas.intersection(tree.chain(code)))])
        for code in encoded.dictionary.to_pylist()
    ]
    return pa.array(told, pa.string()).take(encoded.indices)


def together(*parts: pa.Table) -> pa.Table:
    """Rows of both versions as one table; a wider number type takes the narrower one in."""
    return pa.concat_tables(parts, promote_options="permissive")


def _refuse_unattributable(step: Step) -> None:
    contract = step.after.contract
    if not contract.attribution_rules or not contract.key:
        missing = "primary key" if contract.attribution_rules else "area"
        raise CannotDeliver(f"{contract.name} names no {missing} — add it to the contract, then build again")
    if not rules_of(contract, step.meaning):
        raise CannotDeliver(
            f"{contract.name} tells no area of {step.meaning} any more — end the subscriptions that name it"
        )


def _refuse_new_types(before: Contract, after: Contract) -> None:
    """Values of two types are neither the same nor different: no change can be told from them."""
    types = {field.name: field.type for field in before.fields}
    differ = [f.name for f in after.fields if types.get(f.name, f.type) is not f.type]
    if differ:
        raise CannotDeliver(
            f"{after.name} gave {', '.join(differ)} another type — end its subscriptions and open them anew:"
            " the first delivery holds the whole area"
        )


def _refuse_lost(contract: Contract, meaning: str, rows: pa.Table) -> None:
    """The fields that told the area before must still be there to say from where a row moved."""
    reads = {name for rule in rules_of(contract, meaning) for name in rule.reads}
    lost = sorted(reads - set(rows.column_names))
    if lost or not reads:
        told = ", ".join(lost) or "every rule"
        raise CannotDeliver(
            f"{contract.name} dropped {told}, by which its rows were attributed — end its subscriptions and"
            " open them anew: the first delivery holds the whole area"
        )


def shares(found: Moved) -> Mapping[str, int]:
    """Rows that moved, and how many of them an area is told of."""
    return {
        "changed": found.total,
        "attributed": found.total - found.unattributed,
        "unattributed": found.unattributed,
    }
