"""Which datasets have a live resource as of a day, and the link rate 挂接率 over the catalogue.

Decides that only tested resources count: those whose last test is at most a dated number of days old.
Does not test (:mod:`catalog.linking.probing` does).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, func, or_, select, true

from catalog.revisions import PUBLISHED
from catalog.store.tables.ledger import entries
from catalog.store.tables.linking import link_probes, links
from policies.clocks import ZONE
from policies.rulebook import rule


@dataclass(frozen=True, slots=True)
class Live:
    """The best link of a dataset, as tested.

    Attributes:
        kind: of the link.
        tested_at: of its last test.
        alive: whether it lived then.
        why: what the test found, one sentence.
    """

    kind: str
    tested_at: datetime
    alive: bool
    why: str


@dataclass(frozen=True, slots=True)
class Rate:
    """The link rate 挂接率 as of a day.

    Attributes:
        on: the day.
        entries: published entries.
        tied: of them, those with a link.
        tested: of them, those with a link tested within ``tested_days``.
        alive: of them, those whose best tested link lives.
        tested_days: how old a test may be.
        share: alive / entries, None where there is no entry.
        by_department: department → ``(entries, alive)``.
        not_live: dataset → why it does not count, for every entry that does not.
    """

    on: date
    entries: int
    tied: int
    tested: int
    alive: int
    tested_days: int
    share: float | None
    by_department: Mapping[str, tuple[int, int]]
    not_live: Mapping[str, str]

    def to_document(self) -> dict[str, Any]:
        """Plain JSON-able form, with its definition."""
        return {
            "definition": "published entries with a resource that was tested and alive within "
            f"{self.tested_days} days / published entries",
            "as_of": self.on.isoformat(),
            "entries": self.entries,
            "tied": self.tied,
            "tested": self.tested,
            "alive": self.alive,
            "share": self.share,
            "by_department": {
                name: {"entries": whole, "alive": alive, "share": round(alive / whole, 4)}
                for name, (whole, alive) in self.by_department.items()
            },
            "not_live": dict(self.not_live),
        }


def live(connection: Connection, on: date, names: Collection[str] | None = None) -> Mapping[str, Live]:
    """Dataset → its best link as of the end of a day; datasets without a tested link are not in it.

    A link that lives goes before one that does not, then the one tested last.

    Args:
        connection: to read with.
        on: day, Asia/Shanghai; links removed by then do not count.
        names: only of these datasets, a page of them at most.
    """
    since, until = _instants(on)
    p = link_probes.c
    wanted = true() if names is None else p.dataset.in_(sorted(names))
    latest = (
        select(
            p.link_id,
            p.dataset,
            p.tested_at,
            p.alive,
            p.why,
            links.c.kind,
            func.row_number()
            .over(partition_by=p.link_id, order_by=(p.tested_at.desc(), p.id.desc()))
            .label("nth"),
        )
        .join(links, links.c.id == p.link_id)
        .where(
            wanted,
            p.tested_at >= since,
            p.tested_at < until,
            or_(links.c.removed_at.is_(None), links.c.removed_at >= until),
        )
        .subquery()
    )
    rows = connection.execute(
        select(latest.c.dataset, latest.c.kind, latest.c.tested_at, latest.c.alive, latest.c.why)
        .where(latest.c.nth == 1)
        .order_by(latest.c.dataset, latest.c.alive.desc(), latest.c.tested_at.desc())
    )
    found: dict[str, Live] = {}
    for dataset, kind, tested_at, alive, why in rows:
        found.setdefault(dataset, Live(kind, tested_at, alive, why))
    return found


def rate(connection: Connection, on: date) -> Rate:
    """The link rate 挂接率 of the published entries as of a day.

    Source: 挂接率 as city dashboards define it (catalogues with a live resource / catalogues);
    ``policies/rules/linking.yaml``.
    """
    tested, (_, until) = live(connection, on), _instants(on)
    published = connection.execute(
        select(entries.c.name, entries.c.department)
        .where(entries.c.state == PUBLISHED, entries.c.published_at < until)
        .order_by(entries.c.name)
    ).all()
    held = (links.c.tied_at < until, or_(links.c.removed_at.is_(None), links.c.removed_at >= until))
    tied = set(connection.execute(select(links.c.dataset).where(*held).distinct()).scalars())
    days = int(rule("linking", "tested_days", on).value)
    whole, good, why = Counter[str](), Counter[str](), {}
    for name, department in published:
        whole[department] += 1
        if name in tested and tested[name].alive:
            good[department] += 1
        elif name in tested:
            why[name] = tested[name].why
        else:
            why[name] = f"not tested within {days} days" if name in tied else "tied to nothing"
    names = {name for name, _ in published}
    return Rate(
        on=on,
        entries=len(names),
        tied=len(names & tied),
        tested=len(names & set(tested)),
        alive=sum(good.values()),
        tested_days=days,
        share=round(sum(good.values()) / len(names), 4) if names else None,
        by_department={name: (whole[name], good[name]) for name in sorted(whole)},
        not_live=why,
    )


def _instants(on: date) -> tuple[datetime, datetime]:
    """First instant a test may have, and the first that is too late, for a day of the administration."""
    days = int(rule("linking", "tested_days", on).value)
    end = datetime.combine(on + timedelta(days=1), time(), ZONE)
    return end - timedelta(days=days), end
