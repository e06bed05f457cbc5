"""Local items as a registered dataset, with the body as 数源部门: contract, data file, catalogue entry.

Decides what such a contract says; the catalogue, the build and the release treat it as any department's. The
data file lies in the lake's landing folder of the body, readable by its owner alone.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine

from catalog.cataloging.entering import Acts, catalogue_one
from catalog.evidence import record as evidence_record
from catalog.home import Home
from catalog.lake import files_of
from catalog.store import reading, writing
from contracts.codes import CODES
from contracts.model import (
    Area,
    Contract,
    Field,
    FieldType,
    Party,
    ShareMethod,
    Sharing,
    Source,
    SourceFormat,
    UnitRef,
    UnitRule,
    UpdateCycle,
    Use,
)
from policies.clocks import local_date
from policies.decision import Deny, Reason
from policies.rulebook import rule
from space.errors import Refused
from space.wayback.backflow.bodies import Body, body
from space.wayback.grassroots.items import RULES, Kind, LedgerItem, Type, items_of, kind_called
from space.wayback.grassroots.records import records

SCHEMA: Final = "grassroots"
_SUBJECT, _AREA, _AS_OF = "subject", "region_code", "as_of"
_TYPES: Final = {Type.DATE: FieldType.DATE, Type.NUMBER: FieldType.NUMBER}
# Decimal places a local number is kept with.
_SCALE: Final = 2


@dataclass(frozen=True, slots=True)
class Registered:
    """What became of a body's local items as a dataset.

    Attributes:
        dataset: ``grassroots.…``.
        contract: its file.
        rows: in the data file.
        state: of the entry's newest revision.
        open_points: what a person still has to add or do.
    """

    dataset: str
    contract: Path
    rows: int
    state: str
    open_points: tuple[str, ...]


def register(
    home: Home, engine: Engine, body_code: str, kind: str, *, by: str, now: datetime, assessment: str = ""
) -> Registered:
    """Write the local items of a kind of record as a dataset and enter it into the catalogue.

    Doing so again writes the data anew; the next ``ybz build`` releases what changed.

    Args:
        home: the installation.
        engine: its store.
        body_code: the body that answers for it.
        kind: of the records.
        by: the person who enters it.
        now: aware instant.
        assessment: reference of the personal-information impact assessment, where there is one.

    Raises:
        Unknown: there is no such body.
        Refused: the body keeps no local item of the kind, or the catalogue refuses the entry.
    """
    on = local_date(now)
    with reading(engine) as connection:
        owner, kept = body(connection, body_code), kind_called(kind, on)
        items = [one for one in items_of(connection, owner, kind, on).values() if one.local]
        lines = _lines(connection, owner, kind, items)
    if not lines:
        reason = Reason("grassroots.dataset.empty", "no local item of such a record is kept yet", kind)
        raise Refused(Deny((reason,)))
    made = contract_of(owner, kept, items, on)
    path = home.lake / "landing" / "grassroots" / made.table / f"{made.table}.yaml"
    _write(home, path.relative_to(home.lake), made, lines)
    acts = Acts(by=by, reason="本级台账的本地项登记编目", now=now, assessment=assessment)
    done = catalogue_one(engine, made, path, acts)
    told = {"dataset": made.name, "kind": kind, "rows": len(lines), "by": by}
    with writing(engine) as connection:
        evidence_record(
            connection, event="grassroots:dataset:register", subject=body_code, body=told, now=now
        )
    return Registered(made.name, path, len(lines), done.state, done.open_points)


def contract_of(owner: Body, kind: Kind, items: Sequence[LedgerItem], on: date) -> Contract:
    """The contract of a body's local items; pure but for the dated rules.

    Args:
        owner: the body, which answers for every item.
        kind: of the records.
        items: local ones.
        on: day whose rules apply.
    """
    shared: Mapping[str, str] = rule(RULES, "sharing", on).value
    table = f"b{owner.code.lower()}_{kind.name}"[:63]
    subject = Field(
        _SUBJECT,
        f"{kind.title}标识",
        key_position=1,
        required=True,
        check=kind.check if kind.check in CODES else None,
        unit=UnitRef(kind.unit) if kind.unit else None,
        use=Use.IDENTIFIER if kind.unit else Use.NEVER,
        personal=True,
    )
    return Contract(
        id=f"grassroots-{owner.code.lower()}-{kind.name}",
        title=f"{owner.name}{kind.title}台账本地项",
        schema=SCHEMA,
        table=table,
        department=Party(owner.name, owner.code),
        summary="基层台账中由本级采集并负责的信息项",
        domain="基层治理",
        classification="主题/社区治理",
        sharing=Sharing(
            condition=shared["condition"],
            basis=str(rule(RULES, "sharing_basis", on).value),
            methods=(ShareMethod.TABLES,),
            reason=shared["reason"],
            scope=shared["scope"],
            use=shared["use"],
        ),
        update_cycle=UpdateCycle.MONTHLY,
        fields=(
            subject,
            *(_field(item) for item in items),
            Field(_AS_OF, "最近更新日期", type=FieldType.DATE, use=Use.TIME, grain="month"),
            Field(_AREA, "属地编码", check="region", use=Use.FILTER),
        ),
        units=(UnitRule(kind.unit, 1),) if kind.unit else (),
        unique_keys=((_SUBJECT,),),
        area=Area(_AREA),
        sources=(Source("ledger", SourceFormat.CSV, f"{table}.csv", encoding="utf-8"),),
    )


def _field(item: LedgerItem) -> Field:
    kind = _TYPES.get(item.type, FieldType.STRING)
    return Field(
        item.name,
        item.title,
        type=kind,
        scale=_SCALE if kind is FieldType.NUMBER else 0,
        allowed=item.allowed,
        use=Use.DIMENSION if item.allowed else Use.NEVER,
        personal=True,
    )


def _lines(
    connection: Connection, owner: Body, kind: str, items: Sequence[LedgerItem]
) -> list[dict[str, str]]:
    lines = []
    for one in records(connection, owner.code, kind):
        held = {item.name: one.cells[item.name] for item in items if item.name in one.cells}
        if one.state == "open" and held:
            values = {name: cell.value or "" for name, cell in held.items()}
            as_of = max(max(cell.as_of, cell.confirmed_on) for cell in held.values())
            lines.append({_SUBJECT: one.identifier, **values, _AS_OF: as_of, _AREA: owner.area})
    return lines


def _write(home: Home, path: Path, made: Contract, lines: Sequence[Mapping[str, str]]) -> None:
    """The rows, under the headings the contract knows, and the contract; a reader never sees half of one."""
    from contracts.odcs.files import dumps

    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([field.business_name for field in made.fields])
    writer.writerows([line.get(field.name, "") for field in made.fields] for line in lines)
    files = files_of(home)
    files.write(path.with_suffix(".csv").as_posix(), out.getvalue().encode())
    files.write(path.as_posix(), dumps(made).encode())
    files.bring(path.parent.as_posix())
