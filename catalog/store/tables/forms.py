"""Tables of the room `forms`: the admission list, submissions, challenges of values, disputes."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from catalog.store.schema import Instant, Json, metadata

# The admission list 报表准入清单: a form that is not on it may not be asked for.
forms = Table(
    "forms",
    metadata,
    Column("code", String(60), primary_key=True),
    Column("title", String(200), nullable=False),
    Column("issuer", String(200), nullable=False),
    Column("basis", Text, nullable=False),
    Column("period", String(20), nullable=False),  # an update cycle
    Column("subject_kind", String(40), nullable=False),  # person, household, enterprise
    Column("items", Json, nullable=False),  # [{name, title, dataset, field, key}]
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=False),
    Column("admitted_by", String(200), nullable=False),
    Column("admitted_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    Column("more", Json),  # roster, rules, issuer's code and what else the form's file says
    Column("overlap", Json),  # counts of the comparison shown to the issuer before admission
    Column("demand_id", String(40)),  # the demand it was admitted on; None = of the yearly list
    Column("ended_on", Date),  # first day no longer in force, where it was ended early
    Column("end_basis", Text),
    Column("ended_by", String(200)),
)

# A filled form. Only differences are kept, in a file below `lake/landing/forms`.
submissions = Table(
    "submissions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("form", ForeignKey("forms.code"), nullable=False),
    Column("period", String(20), nullable=False),
    Column("body", ForeignKey("grassroots_bodies.code"), nullable=False),
    Column("subject", String(64), nullable=False),  # keyed hash of the person, household or enterprise
    Column("releases", Json, nullable=False),  # item -> release the prefilled value came from
    Column("kept", Integer, nullable=False),
    Column("corrected", Integer, nullable=False),
    Column("added", Integer, nullable=False),
    Column("path", Text, nullable=False),  # relative to the lake
    Column("sha256", String(64), nullable=False),
    Column("submitted_by", String(200), nullable=False),
    Column("submitted_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
    Column("computed", Integer),  # items nobody had to type because others say them
    Column("items", Integer),  # of the form
    Column("rows_path", Text),  # the whole filled rows, relative to the lake
    Column("task_id", String(40)),  # it was filled for; None = without one
    Column("challenges", Json),  # ids of what its differences became
    UniqueConstraint("form", "period", "body", "subject"),
)

# A challenge 校核 of one value of one row. The row's key and both values stay in this table.
corrections = Table(
    "corrections",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("asker", ForeignKey("organisations.code"), nullable=False),
    Column("dataset", String(130), nullable=False),
    Column("release_id", ForeignKey("releases.id"), nullable=False),
    Column("row", String(64), nullable=False),  # keyed hash of the row's key
    Column("field", String(63), nullable=False),
    Column("row_key", Json, nullable=False),
    Column("old_value", Text),
    Column("new_value", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("department", String(200), nullable=False),
    Column("department_code", String(18), nullable=False),
    Column("state", String(20), nullable=False),  # of `procedures/correction.csv`
    Column("opened_by", String(200), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("due_provisional", Boolean, nullable=False),
    Column("due_rule", String(200), nullable=False),
    Column("answer", Text),
    Column("answered_by", String(200)),
    Column("answered_at", Instant),
    Column("late", Boolean),
    Column("checked_release_id", String(40)),  # newest release looked at after the answer
    Column("closed_at", Instant),
    Column("evidence_id", String(40), nullable=False),
    Column("origin", String(40)),  # submission, delivery or receipt the reporter saw the value in
    Column("level", String(20)),  # it is before: authority, superior, government; None = the department
    Column("not_carried", Integer),  # releases that should have held the accepted value, and did not
    Column("told", String(20)),  # state its receivers were last told of
    Column("told_release", String(40)),  # newest release looked at when they were
    Index("ix_corrections_department_code", "department_code", "state"),
    Index("ix_corrections_asker", "asker", "state"),
)

# Records flagged as disputed 异议标注 while a challenge is pending. Read by the space and the pipelines.
disputes = Table(
    "disputes",
    metadata,
    Column("correction_id", ForeignKey("corrections.id"), primary_key=True),
    Column("dataset", String(130), nullable=False),
    Column("row", String(64), nullable=False),
    Column("field", String(63), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant),
    # One value has one open challenge: the next asker is told of it.
    Index(
        "uq_disputes_open",
        "dataset",
        "row",
        "field",
        unique=True,
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
)
