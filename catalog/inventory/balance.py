"""The balance of a period 账期: systems → tables → entries → live → shared → used, and what fell out.

Decides whether a month's account closes: every table is catalogued or excluded, every published entry
stands on a table, on inputs that do, or on a declared external source, every step is what came in less what
fell out, and everything that fell out has a reason — its own, or a person's explanation.

What *exists* is judged at the end of the month (or now, while it runs); how it is accounted for as known
now, so that a month can be put in order before it is closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, select

from catalog.inventory import explaining
from catalog.inventory.accounting import CATALOGUED, EXCLUDED, Accounted, accounted
from catalog.inventory.external import external_sources
from catalog.inventory.periods import Period
from catalog.inventory.published import Known, known_entries
from catalog.revisions import PUBLISHED
from catalog.store.tables.grants import request_items, requests
from catalog.store.tables.inventory import inventory_systems
from contracts.model import ShareType
from policies.rulebook import rule

# Stage and name of what falls out where nothing was surveyed.
INVENTORY: Final = "inventory"
STAGES: Final = ("systems", "tables", "entries", "live", "shared", "used")


@dataclass(frozen=True, slots=True)
class FallenOut:
    """One thing that does not reach the next step.

    Attributes:
        stage: the step it falls out of, of :data:`STAGES`, or ``inventory`` where nothing was surveyed.
        what: ``system``, ``system/table`` or name of the entry.
        why: in words.
        code: kind of the reason, e.g. ``table_open``.
        explained: whether the reason stands by itself or a person explained it.
        explanation: the person's words, or empty.
    """

    stage: str
    what: str
    why: str
    code: str
    explained: bool
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what came in, what fell out, what is left."""

    stage: str
    came: int
    fell: int
    left: int


@dataclass(frozen=True, slots=True)
class Balance:
    """The balance of a month.

    Attributes:
        period: ``YYYY-MM``.
        systems, tables: surveyed.
        entries: published.
        live: of them that stand on something and have a tested link that lives.
        shared: of them that somebody may have, or has.
        used: of them that were called or delivered in the month.
        balanced: everything is accounted for.
        fallen_out: what fell out of each step, in order.
        steps: the arithmetic.
        judged_at: instant up to which it is judged.
    """

    period: str
    systems: int
    tables: int
    entries: int
    live: int
    shared: int
    used: int
    balanced: bool
    fallen_out: tuple[FallenOut, ...]
    steps: tuple[Step, ...]
    judged_at: datetime

    @property
    def unexplained(self) -> tuple[FallenOut, ...]:
        """What keeps the month from being closed."""
        return tuple(each for each in self.fallen_out if not each.explained)

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form."""
        made = asdict(self) | {"judged_at": self.judged_at.isoformat()}
        return made | {"fallen_out": [asdict(each) for each in self.fallen_out]}


def balance(connection: Connection, period: str, now: datetime) -> Balance:
    """The balance of a month.

    Args:
        connection: to read with.
        period: ``YYYY-MM``.
        now: aware instant.

    Raises:
        InventoryError: it is no month, or has not begun.
    """
    month = Period.of(period)
    cutoff, on = month.cutoff(now), month.last_day(now)
    tables = accounted(connection, on, known_at=cutoff)
    names = _systems(connection, cutoff)
    entries = known_entries(connection)
    published = {n: e for n, e in entries.items() if _is_published(e, cutoff)}
    judge = _Judge(explaining.explanations(connection, period), on)
    left_systems = judge.keep("systems", names, _bare_systems(names, tables))
    left_tables = judge.keep("tables", (t.label for t in tables), _unaccounted(tables, published))
    grounded = judge.keep("entries", published, _ungrounded(tables, published, external_sources(connection)))
    live = judge.keep("live", grounded, _not_live(connection, grounded, on))
    shared = judge.keep("shared", live, _not_shared(connection, live, published, on))
    used = judge.keep("used", shared, _not_used(connection, shared, month.first, on))
    steps = tuple(
        Step(stage, came, came - left, left)
        for stage, came, left in zip(
            STAGES,
            (len(names), len(tables), len(published), len(grounded), len(live), len(shared)),
            map(len, (left_systems, left_tables, grounded, live, shared, used)),
            strict=True,
        )
    )
    fallen = (*judge.nothing(names), *judge.fallen)
    return Balance(
        period, len(names), len(tables), len(published), len(live), len(shared), len(used),
        all(each.explained for each in fallen), fallen, steps, cutoff,
    )  # fmt: skip


class _Judge:
    """Keeps what reaches the next step and notes what does not, with its explanation."""

    def __init__(self, explanations: Mapping[tuple[str, str, str], str], on: date) -> None:
        self.fallen: list[FallenOut] = []
        self._explanations = explanations
        rules = rule("completeness", "balance_reasons", on).value
        self._own = frozenset(rules["stand_by_themselves"])
        self._never = frozenset(rules["never_explained"])

    def nothing(self, names: tuple[str, ...]) -> tuple[FallenOut, ...]:
        """A month in which no system was surveyed accounts for nothing."""
        if names:
            return ()
        said = self._said(INVENTORY, INVENTORY, "no_system")
        why = "no system is in the inventory: `ybz inventory import` or `ybz inventory scan`"
        return (FallenOut(INVENTORY, INVENTORY, why, "no_system", bool(said), said),)

    def keep(self, stage: str, came: Iterable[str], out: Mapping[str, tuple[str, str]]) -> tuple[str, ...]:
        """What is left of a step. ``out``: what → code and words."""
        left = []
        for what in came:
            if what not in out:
                left.append(what)
                continue
            code, why = out[what]
            said = "" if code in self._never else self._said(stage, what, code)
            self.fallen.append(FallenOut(stage, what, why, code, code in self._own or bool(said), said))
        return tuple(left)

    def _said(self, stage: str, what: str, code: str) -> str:
        held = self._explanations
        return held.get((stage, what, code)) or held.get((stage, what, ""), "")


def _is_published(entry: Known, cutoff: datetime) -> bool:
    return entry.state == PUBLISHED and entry.published_at is not None and entry.published_at < cutoff


def _systems(connection: Connection, cutoff: datetime) -> tuple[str, ...]:
    s = inventory_systems.c
    query = select(s.name).where(s.first_seen_at < cutoff).order_by(s.name)
    return tuple(connection.execute(query).scalars())


def _bare_systems(names: Iterable[str], tables: Iterable[Accounted]) -> dict[str, tuple[str, str]]:
    having = {table.system for table in tables}
    words = "no table of it is listed: scan it, list its tables, or explain"
    return {name: ("system_without_tables", words) for name in names if name not in having}


def _unaccounted(tables: Iterable[Accounted], published: Mapping[str, Known]) -> dict[str, tuple[str, str]]:
    out = {}
    for table in tables:
        if table.state == EXCLUDED:
            out[table.label] = ("excluded", f"excluded as {table.reason}: {table.words}")
        elif table.state != CATALOGUED:
            proposed = f", proposed: {', '.join(table.proposed)}" if table.proposed else ""
            out[table.label] = ("table_open", f"neither catalogued nor excluded{proposed}")
        elif not any(name in published for name in table.datasets):
            words = f"its entry {', '.join(table.datasets)} is not published"
            out[table.label] = ("entry_unpublished", words)
    return out


def _ungrounded(
    tables: Iterable[Accounted], published: Mapping[str, Known], external: Mapping[str, str]
) -> dict[str, tuple[str, str]]:
    """Published entries that stand on nothing; a composed one stands on its inputs."""
    standing = {name for table in tables if table.state == CATALOGUED for name in table.datasets}
    standing |= set(external)
    out: dict[str, tuple[str, str]] = {}

    def grounded(name: str, seen: frozenset[str]) -> bool:
        entry = published.get(name)
        if entry is None or name in seen:
            return False
        if name in standing:
            return True
        return bool(entry.inputs) and all(grounded(each, seen | {name}) for each in entry.inputs or ())

    for name, entry in published.items():
        if grounded(name, frozenset()):
            continue
        lacking = [each for each in entry.inputs or () if not grounded(each, frozenset({name}))]
        if lacking:
            out[name] = ("input_without_table", f"its input {', '.join(lacking)} stands on nothing")
        else:
            words = "no table of the inventory stands behind it, and no external source is declared"
            out[name] = ("entry_without_table", words)
    return out


def _not_live(connection: Connection, names: Iterable[str], on: date) -> dict[str, tuple[str, str]]:
    from catalog.linking.live import live

    links = live(connection, on)
    out = {}
    for name in names:
        link = links.get(name)
        if link is None:
            out[name] = ("not_linked", "no link of it has been tested")
        elif not link.alive:
            out[name] = ("link_dead", f"its {link.kind} does not live: {link.why}")
    return out


def _not_shared(
    connection: Connection, names: Iterable[str], published: Mapping[str, Known], on: date
) -> dict[str, tuple[str, str]]:
    from catalog.usage.counts import shared

    having, asked = shared(connection, on), _asked(connection)
    out = {}
    for name in names:
        if name in having:
            continue
        if published[name].sharing == ShareType.WITHHELD.value:
            out[name] = ("withheld", "not shared, on the basis its entry cites")
        elif name in asked:
            out[name] = ("asked_not_supplied", "asked for, and nobody has it yet")
        else:
            out[name] = ("not_asked", "nobody has asked for it")
    return out


def _asked(connection: Connection) -> frozenset[str]:
    """Datasets of requests that wait for an answer or were permitted."""
    r, i = requests.c, request_items.c
    query = select(i.dataset).distinct().join(requests, r.id == i.request_id)
    return frozenset(connection.execute(query.where(r.state.in_(("submitted", "permitted")))).scalars())


def _not_used(
    connection: Connection, names: Iterable[str], first: date, last: date
) -> dict[str, tuple[str, str]]:
    from catalog.usage.counts import used

    counts = used(connection, first, last)
    return {
        name: ("not_used", "no call and no delivery in the month") for name in names if not counts.get(name)
    }
