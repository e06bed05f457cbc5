"""Burden as a published table: a dataset of the data authority, catalogued and released like any other.

Decides what may be seen of the figures: sheets and cells are about persons, so they go through the public
view of counts and ratios (small ones are withheld, others rounded); what is about departments alone is shown
as it is. The score of a small sample is not published.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine

from catalog.cataloging.checking import record_refusal
from catalog.cataloging.entering import Acts, Catalogued, enter_all
from catalog.cataloging.errors import Refused as NotEntered
from catalog.evidence import record
from catalog.home import Home
from catalog.lake import files_of
from catalog.statistics import public_count, public_ratio
from catalog.store import reading, writing
from contracts.model import (
    Contract,
    Field,
    FieldType,
    Party,
    ShareType,
    Sharing,
    Source,
    SourceFormat,
    UpdateCycle,
    Use,
)
from policies.access import OrganisationKind
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.errors import Refused
from space.identity.organisations import organisation
from space.wayback.burden.figures import Burden, figures

DATASET: Final = "grassroots.burden"
# Figures about persons behind them, and those about departments alone.
_OF_PERSONS: Final = {
    "forms": "填报份数", "prefilled": "预填项数", "computed": "计算项数", "typed": "实填项数",
    "challenged": "校核申请数", "answered": "已答复数",
}  # fmt: skip
_OF_DEPARTMENTS: Final = {"forms_stopped": "停用报表数", "duplicates_avoided": "避免重复项数"}
_RATIOS: Final = {"typed_share": "实填占比", "on_time_share": "按时答复占比"}


@dataclass(frozen=True, slots=True)
class Published:
    """What became of the table: its rows, its contract, and the state of its entry."""

    dataset: str
    contract: Path
    rows: int
    state: str
    open_points: tuple[str, ...]


def publish(home: Home, engine: Engine, authority: str, *, by: str, now: datetime) -> Published:
    """Write the table of all months that are over and enter it into the catalogue; `ybz build` releases it.

    Args:
        home: the installation.
        engine: its store.
        authority: code of the data authority that publishes.
        by: the person who publishes.
        now: aware instant.

    Raises:
        Unknown: there is no such organisation.
        Refused: it is no authority or department, or no month is over yet.
    """
    on = local_date(now)
    with reading(engine) as connection:
        owner = organisation(connection, authority)
        if owner.kind not in (OrganisationKind.AUTHORITY, OrganisationKind.DEPARTMENT):
            raise Refused(
                Deny((Reason("burden.publisher", "only the administration publishes it", authority),))
            )
        found = [one for one in figures(connection, now=now) if one.month < f"{on:%Y-%m}"]
    if not found:
        raise Refused(Deny((Reason("burden.nothing", "no month with figures is over yet", "month"),)))
    made = contract(Party(owner.name, owner.code))
    path = home.lake / "landing" / "grassroots" / "burden" / "burden.yaml"
    rows = _table(made, [public_row(one, on) for one in found])
    told = {"rows": len(found), "months": sorted({one.month for one in found}), "by": by}
    acts = Acts(by=by, reason="基层负担按月公布", now=now)
    done = _enter(engine, made, path, acts, told, partial(_write, home, path, made, rows))
    return Published(DATASET, path, len(found), done.state, done.open_points)


def _write(home: Home, path: Path, made: Contract, rows: bytes) -> None:
    from contracts.odcs.files import dumps

    files, name = files_of(home), path.relative_to(home.lake)
    files.write(name.with_suffix(".csv").as_posix(), rows)
    files.write(name.as_posix(), dumps(made).encode())
    files.bring(name.parent.as_posix())


def _enter(
    engine: Engine,
    made: Contract,
    path: Path,
    acts: Acts,
    told: Mapping[str, Any],
    write: Callable[[], None],
) -> Catalogued:
    """The entry and the evidence of the publication, in one transaction; a refusal is evidence too.

    The files are written once the entry was judged: what is refused leaves those of the last month alone.
    """
    try:
        with writing(engine) as connection:
            (done,) = enter_all(connection, [(made, path)], acts, submit=True, publish=True)
            record(connection, event="burden:table:publish", subject=DATASET, body=told, now=acts.now)
            write()
    except NotEntered as refused:
        record_refusal(engine, made, refused.denial, acts.by, acts.now)
        raise
    return done


def public_row(one: Burden, on: date) -> dict[str, str]:
    """One line of the table as others may see it; empty where a figure is withheld.

    Args:
        one: the exact figures.
        on: day whose thresholds apply.
    """
    counts = {name: public_count(getattr(one, name), has_units=True, on=on) for name in _OF_PERSONS}
    row = {name: "" if figure.value is None else str(figure.value) for name, figure in counts.items()}
    over = {
        "typed_share": public_count(one.prefilled + one.computed + one.typed, has_units=True, on=on),
        "on_time_share": counts["answered"],
    }
    for name in _RATIOS:
        shown = public_ratio(getattr(one, name), on, over[name])
        row[name] = "" if shown is None else str(shown)
    row |= {name: str(getattr(one, name)) for name in _OF_DEPARTMENTS}
    row["score"] = "" if one.score is None or one.small_sample else str(one.score)
    row["small_sample"] = "是" if one.small_sample else "否"
    key = f"{one.month}|{one.body}|{one.department}"
    return {"line": key, "month": one.month, "body": one.body, "department": one.department, **row}


def contract(owner: Party) -> Contract:
    """The contract of the table; it names no person, household or enterprise."""
    number: dict[str, Any] = {"type": FieldType.NUMBER, "scale": 2, "use": Use.MEASURE}
    return Contract(
        id="grassroots-burden",
        title="基层负担按月统计",
        schema="grassroots",
        table="burden",
        department=owner,
        summary="基层填报、预填、校核和评价的按月统计；小数目不公布",
        domain="基层治理",
        classification="主题/社区治理",
        sharing=Sharing(type=ShareType.UNCONDITIONAL),
        update_cycle=UpdateCycle.MONTHLY,
        unit_free=True,
        fields=(
            Field("line", "行号", key_position=1, required=True),
            Field("month", "月份", required=True, use=Use.DIMENSION),
            Field("body", "基层单位代码", use=Use.DIMENSION),
            Field("department", "部门", use=Use.DIMENSION),
            *(_count(name, title) for name, title in {**_OF_PERSONS, **_OF_DEPARTMENTS}.items()),
            *(Field(name, title, minimum=0, maximum=1, **number) for name, title in _RATIOS.items()),
            Field("score", "平均评分", minimum=0, maximum=10, **number),
            Field("small_sample", "样本过少", allowed=("是", "否"), use=Use.DIMENSION),
        ),
        unique_keys=(("line",),),
        sources=(Source("burden", SourceFormat.CSV, "burden.csv", encoding="utf-8"),),
    )


def _count(name: str, title: str) -> Field:
    return Field(name, title, type=FieldType.INTEGER, minimum=0, maximum=10**9, use=Use.MEASURE)


def _table(made: Contract, lines: Sequence[dict[str, str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([field.business_name for field in made.fields])
    writer.writerows([line[field.name] for field in made.fields] for line in lines)
    return out.getvalue().encode()
