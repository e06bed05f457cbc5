"""What a build's quality results stand for: kind of rule, indicator, tolerance, why one was not assessed."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, String, Table

from catalog.store.schema import metadata

# Beside `quality_results`, one row a rule; results of earlier builds have none.
quality_details = Table(
    "quality_details",
    metadata,
    Column("build_id", ForeignKey("builds.id"), primary_key=True),
    Column("rule", String(120), primary_key=True),
    Column("kind", String(20), nullable=False),  # of the rule; type, record, column: measured without one
    Column("indicator", String(4)),  # of GB/T 36344; None where it counts for none
    Column("tolerance", Float, nullable=False),
    Column("note", String(200), nullable=False),  # why it was not assessed; never a value
)
