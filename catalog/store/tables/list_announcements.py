"""Changes of the lists of demand, duty and exclusion, told to those whom they concern."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table, Text

from catalog.store.schema import Instant, metadata

# One change of a list, told to one department or issuer of a form.
list_announcements = Table(
    "list_announcements",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("list", String(20), nullable=False),  # demand, duty, negative
    Column("act", String(20), nullable=False),  # what was done to the line
    Column("subject", String(200), nullable=False),  # id of the line; of a duty the data element
    Column("what", Text, nullable=False),  # the data it is about
    Column("words", Text, nullable=False),  # the change in one sentence
    Column("kind", String(20), nullable=False),  # through what it concerns whom is told: form, holder, …
    Column("target", String(130), nullable=False),  # code of the form, id of the grant, name of the dataset
    Column("organisation", String(40), nullable=False),  # its code; empty where none is known
    Column("organisation_name", String(200), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("acknowledged_by", String(200)),
    Column("acknowledged_at", Instant),
    Index("ix_list_announcements_organisation", "organisation_name", "acknowledged_at"),
)
