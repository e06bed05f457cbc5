"""Tables of the room `form_workbooks`: workbooks handed out prefilled, and entries made a second time."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from catalog.store.schema import Instant, Json, metadata

# A form filled into the issuer's workbook for the subjects of a body.
form_handouts = Table(
    "form_handouts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("form", ForeignKey("forms.code"), nullable=False),
    Column("period", String(20), nullable=False),
    Column("body", ForeignKey("grassroots_bodies.code"), nullable=False),
    Column("workbook", String(64), nullable=False),  # SHA-256 of the issuer's file
    Column("roster", Integer, nullable=False),  # 1 = one workbook with rows, 0 = one a subject
    Column("sheets", Integer, nullable=False),  # subjects
    Column("prefilled", Integer, nullable=False),  # cells
    Column("computed", Integer, nullable=False),
    Column("asked", Integer, nullable=False),
    Column("made_by", String(200), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
)

# What stood in each workbook when it was handed out. Holds values; a row goes when its workbook is returned.
form_handout_sheets = Table(
    "form_handout_sheets",
    metadata,
    Column("handout", ForeignKey("form_handouts.id"), primary_key=True),
    Column("number", Integer, primary_key=True),  # from 1
    Column("subject_id", String(200), nullable=False),  # canonical identifier
    Column("cells", Json, nullable=False),  # [{sheet, cell, item, text, …}]
)

# An export in the import layout of an old system: what is in it was, or would be, typed a second time.
second_entries = Table(
    "second_entries",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("form", ForeignKey("forms.code"), nullable=False),
    Column("period", String(20), nullable=False),
    Column("body", ForeignKey("grassroots_bodies.code"), nullable=False),
    Column("system", String(100), nullable=False),
    Column("layout", String(64), nullable=False),  # SHA-256 of the declared layout
    Column("rows", Integer, nullable=False),
    Column("cells", Integer, nullable=False),  # that hold something
    Column("refused", Integer, nullable=False),  # rows that do not fit the layout
    Column("basis", Text, nullable=False),  # why the second entry still exists
    Column("made_by", String(200), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("evidence_id", String(40), nullable=False),
)
