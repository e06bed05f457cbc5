"""Registrations 登记: applications, their steps, objections, codes recorded with proof."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from catalog.store.schema import Instant, Json, metadata

# Who the registrar 登记机构 is from a day on; the latest row that has begun counts.
registration_registrars = Table(
    "registration_registrars",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("code", String(18), nullable=False),
    Column("name", String(200), nullable=False),
    Column("designated_by", String(200), nullable=False),
    Column("basis", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("named_by", String(200), nullable=False),
    Column("named_at", Instant, nullable=False),
)

# Authorised operation 授权运营 as agreed between an implementing body and an operator.
registration_authorisations = Table(
    "registration_authorisations",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("body_name", String(200), nullable=False),
    Column("body_code", String(18), nullable=False),
    Column("operator_name", String(200), nullable=False),
    Column("operator_code", String(18), nullable=False),
    Column("agreement", String(200), nullable=False),  # reference of the agreement 协议
    Column("mode", String(20), nullable=False),  # see policies/rules/registration.yaml
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("recorded_by", String(200), nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("ended_on", Date),  # first day without it, where it ended early
    Column("end_reason", Text),
)

registration_authorised = Table(
    "registration_authorised",
    metadata,
    Column("authorisation_id", ForeignKey("registration_authorisations.id"), primary_key=True),
    Column("dataset", String(130), primary_key=True),
)

# What is, was or is to be registered: one row a life, from its first application on.
registrations = Table(
    "registrations",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("object", String(20), nullable=False),  # resource, product, service
    Column("name", String(130), nullable=False),  # of the entry, or of the product or service
    Column("title", String(200), nullable=False),
    Column("registrant_name", String(200), nullable=False),
    Column("registrant_code", String(18), nullable=False),
    Column("state", String(20), nullable=False),  # see policies/rules/procedures/registered.csv
    Column("content", Text),  # the form in force, canonical JSON; None before the code
    Column("code", String(80)),
    Column("query_code", String(80)),
    Column("coded_on", Date),
    Column("valid_until", Date),  # last day
    Column("created_at", Instant, nullable=False),
    Column("ended_on", Date),
    Index("ix_registrations_name", "name"),
    Index("ix_registrations_state", "state", "valid_until"),
)

# Entries a product or service is made from.
registration_sources = Table(
    "registration_sources",
    metadata,
    Column("registration_id", ForeignKey("registrations.id"), primary_key=True),
    Column("dataset", String(130), primary_key=True),
)

# Codes are never given twice, whatever became of their registration.
registration_codes = Table(
    "registration_codes",
    metadata,
    Column("code", String(80), primary_key=True),
    Column("role", String(10), nullable=False),  # code, query
    Column("registration_id", ForeignKey("registrations.id"), nullable=False),
    Column("recorded_at", Instant, nullable=False),
)

registration_applications = Table(
    "registration_applications",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("registration_id", ForeignKey("registrations.id"), nullable=False),
    Column("kind", String(20), nullable=False),  # first, change, amendment, deregistration, renewal
    Column("office", String(20), nullable=False),  # in which it was filed
    Column("applicant_name", String(200), nullable=False),
    Column("applicant_code", String(18), nullable=False),
    Column("form", Text, nullable=False),  # canonical JSON
    Column("ground", String(40)),  # of a deregistration
    Column("ground_citation", Text),
    Column("state", String(20), nullable=False),  # see policies/rules/procedures/registration.csv
    Column("filed_at", Instant, nullable=False),
    Column("filed_by", String(200), nullable=False),
    Column("returned", Json),  # the one complete list that was sent back
    Column("notice_from", Date),
    Column("notice_until", Date),
    Column("notice_provisional", Boolean),
    Column("notice_source", Text),
    Column("basis", Text),  # of a refusal, with its clause
    Column("reason", Text),
    Column("ended_at", Instant),
    Index("ix_registration_applications_state", "state"),
    Index("ix_registration_applications_of", "registration_id"),
)

# Every step of an application, the registrar's with the registrar.
registration_acts = Table(
    "registration_acts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("application_id", ForeignKey("registration_applications.id"), nullable=False),
    Column("number", Integer, nullable=False),  # 1, 2, … within the application
    Column("act", String(20), nullable=False),
    Column("state", String(20), nullable=False),  # the step led to
    Column("office", String(20), nullable=False),
    Column("made_by", String(200), nullable=False),
    Column("registrar_id", ForeignKey("registration_registrars.id")),
    Column("reason", Text),
    Column("made_at", Instant, nullable=False),
    Index("ix_registration_acts_of", "application_id", "number"),
)

# Objections 异议 to a public notice, under a real name.
registration_objections = Table(
    "registration_objections",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("application_id", ForeignKey("registration_applications.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("code", String(18)),
    Column("contact", String(200), nullable=False),
    Column("statement", Text, nullable=False),
    Column("state", String(20), nullable=False),  # see policies/rules/procedures/objection.csv
    Column("made_at", Instant, nullable=False),
    Column("entered_by", String(200), nullable=False),
    Column("reason", Text),
    Column("basis", Text),
    Column("decided_at", Instant),
    Column("decided_by", String(200)),
    Index("ix_registration_objections_of", "application_id", "state"),
)

# Files that were handed in: the bytes are in the installation's folder under their digest.
registration_files = Table(
    "registration_files",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("application_id", ForeignKey("registration_applications.id"), nullable=False),
    Column("objection_id", ForeignKey("registration_objections.id")),
    Column("role", String(40), nullable=False),  # key of the materials, `objection`, `proof`
    Column("name", String(200), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("kept_at", Instant, nullable=False),
    Index("ix_registration_files_of", "application_id"),
)
