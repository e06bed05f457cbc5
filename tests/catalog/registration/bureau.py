"""A small bureau for tests of registration: entries, an operator, a registrar, and what each does often."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from catalog.cataloging.entering import Acts, catalogue_all
from catalog.home import Home
from catalog.registration import coding, examining, files, filing, objections, registrars, rows
from catalog.registration.authorisations import Authorisation, authorise
from catalog.registration.coding import Given
from catalog.registration.eligibility import Filing
from catalog.registration.files import Kept
from catalog.registration.objections import Objection
from catalog.registration.rulings import Kind, Object
from catalog.registration.steps import Actor
from catalog.store import reading, writing
from catalog.store.tables.clocks import clocks
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.registration import (
    registration_acts,
    registration_applications,
    registration_codes,
    registration_files,
    registration_objections,
    registrations,
)
from contracts.codes import uscc_check
from contracts.model import Contract, Field, Party, ShareType, Sharing
from policies.machine import Office

NOW = datetime(2026, 7, 1, 2, 0, tzinfo=UTC)
TODAY = date(2026, 7, 1)


def code(number: int, kind: str = "11") -> str:
    """A well-formed social credit code of nobody."""
    first = f"{kind}990100{number:08d}0"
    return first + uscc_check(first)


DEPARTMENT = Party("云州市公安局", code(1))
OTHER = Party("云州市民政局", code(2))
BODY = Party("云州市数据局", code(3))
OPERATOR = Party("云州数据运营有限公司", code(4, "91"))
REGISTRAR = Party("云州市数据登记中心", code(5, "12"))
STEWARD = Actor("张三", Office.STEWARD)
RUNNER = Actor("孙八", Office.OPERATOR)
CITIZEN = Actor("王五", Office.PARTY)
CLERK = Actor("李四", Office.REGISTRAR)

FORM: dict[str, Any] = {
    "registrant_name": DEPARTMENT.name, "registrant_code": DEPARTMENT.code, "agent_name": "张三",
    "agent_contact": "0999-1234567", "data_name": "常住人口", "data_type": "结构化数据",
    "data_format": "数据库表", "storage_place": "云州市政务云", "storage_way": "关系型数据库",
    "source_legality": "依法履职产生", "resource_situation": "全市常住人口，按日更新",
    "scenario": "信贷核验", "evidence_reference": "本系统存证日志",
}  # fmt: skip
PRODUCT_FORM: dict[str, Any] = {
    key: value for key, value in FORM.items() if key not in ("data_type", "resource_situation")
} | {
    "registrant_name": OPERATOR.name, "registrant_code": OPERATOR.code, "data_name": "居住核验",
    "product_situation": "按请求核验居住状态", "kind": "model",
}  # fmt: skip
ATTACHED = ("explanation", "commitment", "risk_assessment")


def contract(name: str, department: Party = DEPARTMENT) -> Contract:
    """A dataset of a department."""
    schema, table = name.split(".")
    return Contract(
        id=name, title="常住人口", schema=schema, table=table, status="active", department=department,
        classification="基础/人口", sharing=Sharing(ShareType.CONDITIONAL, "用于履职", "政务数据共享条例"),
        fields=(Field(name="area", business_name="区划"),),
    )  # fmt: skip


@dataclass
class Bureau:
    """The installation, with what tests do often."""

    home: Home
    engine: Engine
    folder: Path
    numbers: Any = field(default_factory=lambda: itertools.count(1))
    anything: Kept | None = None

    def enter(self, *names: str, department: Party = DEPARTMENT, now: datetime = NOW) -> None:
        """Put datasets into the ledger."""
        given = [(contract(name, department), None) for name in names]
        catalogue_all(self.engine, given, Acts(by="张三", reason="first", now=now))

    def name_registrar(self, party: Party = REGISTRAR, first: date = date(2025, 3, 1)) -> None:
        """Name the registrar."""
        with writing(self.engine) as connection:
            registrars.name(
                connection, code=party.code, called=party.name, designated_by="云州市数据局",
                basis="云数〔2025〕1号", valid_from=first, by="赵六", now=NOW,
            )  # fmt: skip

    def keep(self, role: str, text: str = "") -> Kept:
        """A file of its own in the installation's folder."""
        path = self.folder / f"{role}.txt"
        path.write_text(text or f"{role} {next(self.numbers)}", encoding="utf-8")
        return files.keep(self.home, role, path, TODAY)

    def any_file(self, role: str) -> Kept:
        """A file in the folder, the same one each time."""
        if self.anything is None:
            self.anything = self.keep("anything")
        return replace(self.anything, role=role)

    def attachments(self) -> tuple[Kept, ...]:
        """Everything the checklist asks to be attached."""
        return tuple(self.any_file(role) for role in ATTACHED)

    def fresh_code(self) -> str:
        """A code as the national platform might have given it."""
        return f"NDR-2026-{next(self.numbers):08d}"

    # --- acts, each in the caller's transaction ---------------------------------------------------

    def apply(
        self, connection: Connection, name: str, now: datetime = NOW, *, form: Any = None, **more: Any
    ) -> rows.Application:
        """A complete first application for a dataset."""
        given = Filing(
            Kind.FIRST, Object.RESOURCE, name, FORM if form is None else form, self.attachments(), **more
        )
        return filing.apply(connection, given, STEWARD, now).application

    def apply_product(self, connection: Connection, name: str, made_from: list[str]) -> rows.Application:
        """A complete first application for a product."""
        form = PRODUCT_FORM | {"made_from": made_from}
        given = Filing(Kind.FIRST, Object.PRODUCT, name, form, self.attachments())
        return filing.apply(connection, given, RUNNER, NOW).application

    def about(
        self,
        connection: Connection,
        name: str,
        kind: Kind,
        now: datetime,
        actor: Actor = STEWARD,
        **more: Any,
    ) -> rows.Application:
        """A complete application about a registration that stands."""
        form = {"agent_name": "张三", "agent_contact": "0999-1"}
        if kind not in (Kind.RENEWAL, Kind.FIRST):
            form |= {"statement": "如附件"}
        if kind in (Kind.CHANGE, Kind.AMENDMENT):
            form |= {"storage_place": f"新机房{next(self.numbers)}"}
        of = Object(rows.registration(connection, name).object)
        given = Filing(kind, of, name, form | more.pop("form", {}), self.attachments(), **more)
        return filing.apply(connection, given, actor, now).application

    def to_notice(self, connection: Connection, case: rows.Application, now: datetime) -> rows.Application:
        """Accept, review, publish."""
        examining.accept(connection, case.id, CLERK, now=now)
        examining.review(connection, case.id, CLERK, now=now)
        return examining.publish(connection, case.id, CLERK, now=now)

    def code(self, connection: Connection, case: rows.Application, **given: Any) -> rows.Registration:
        """Record the code on the day after the notice."""
        case = rows.application(connection, case.id)
        assert case.notice_until is not None
        after = at(case.notice_until + timedelta(days=1))
        first = (
            {"code": self.fresh_code(), "query_code": self.fresh_code()} if case.kind == Kind.FIRST else {}
        )
        result = Given(self.any_file("proof"), **(first | given))
        return coding.record_code(connection, case.id, result, CLERK, now=after)

    def register(self, connection: Connection, name: str, now: datetime = NOW, **given: Any) -> Any:
        """Register a dataset from application to code."""
        case = self.to_notice(connection, self.apply(connection, name, now), now)
        return self.code(connection, case, **given)

    def object(self, connection: Connection, case: rows.Application, now: datetime = NOW) -> str:
        """Object to a public notice."""
        made = Objection("王五", "0999-7654321", "数据来源有误")
        kept = (self.any_file(files.OBJECTION),)
        return objections.raise_objection(connection, case.id, made, kept, CITIZEN, now=now)

    def authorise(self, connection: Connection, *names: str, **more: Any) -> str:
        """Authorise operation over datasets."""
        agreed = {
            "body_name": BODY.name, "body_code": BODY.code, "operator_name": OPERATOR.name,
            "operator_code": OPERATOR.code, "agreement": "云数授〔2026〕1号", "mode": "scenario",
            "starts_on": TODAY, "ends_on": date(2030, 6, 30), "datasets": names,
        }  # fmt: skip
        return authorise(connection, Authorisation(**(agreed | more)), by="赵六", now=NOW)


def at(day: date) -> datetime:
    """An instant of a day."""
    return datetime(day.year, day.month, day.day, 2, 0, tzinfo=UTC)


_TABLES = (
    registrations, registration_applications, registration_acts, registration_objections,
    registration_files, registration_codes, clocks, evidence_entries,
)  # fmt: skip
_COUNTS = select(*(select(func.count()).select_from(table).scalar_subquery() for table in _TABLES))


def written(connection: Connection) -> tuple[Any, ...]:
    """How much registration wrote: rows, clocks, evidence; every act leaves evidence."""
    return tuple(connection.execute(_COUNTS).one())


def events(engine: Engine, beginning: str) -> list[str]:
    """Names of the evidence recorded, those that begin so, in order."""
    with reading(engine) as connection:
        query = select(evidence_entries.c.event).where(evidence_entries.c.event.startswith(beginning))
        return list(connection.execute(query).scalars())
