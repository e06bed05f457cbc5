"""Links 挂接 of entries to live resources, their probes, and where probes may go."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from catalog.store.schema import Instant, Json, metadata

# One row per resource an entry is tied to. `settings` is by kind: addresses, digests, references to
# secrets; never a secret.
links = Table(
    "links",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("dataset", String(130), nullable=False),
    Column("kind", String(20), nullable=False),  # release, interface, file, job, component
    Column("target", Text, nullable=False),  # what it is tied to, in one phrase
    Column("settings", Json, nullable=False),
    Column("digest", String(64), nullable=False),  # of kind and settings: the same tie is not made twice
    Column("tied_by", String(200), nullable=False),
    Column("tied_at", Instant, nullable=False),
    Column("removed_by", String(200)),
    Column("removed_at", Instant),
    Column("remove_reason", Text),
    Column("evidence_id", String(40), nullable=False),
    Index("ix_links_dataset", "dataset"),
)

# One row per test of a link. Names and types only; nothing of an answer is kept.
link_probes = Table(
    "link_probes",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("link_id", ForeignKey("links.id"), nullable=False),
    Column("dataset", String(130), nullable=False),
    Column("tested_at", Instant, nullable=False),
    Column("alive", Boolean, nullable=False),
    Column("why", Text, nullable=False),
    Column("latency_ms", Integer),  # None where nothing was called
    Column("latency_class", String(20)),
    Column("details", Json, nullable=False),  # counts, names of contract fields, a digest
    Column("tested_by", String(200), nullable=False),
    Column("evidence_id", String(40), nullable=False),
    Index("ix_link_probes_link_id", "link_id", "tested_at"),
    Index("ix_link_probes_tested_at", "tested_at"),
)

# Where probes may go, as the security office allowed it.
probe_destinations = Table(
    "probe_destinations",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("kind", String(10), nullable=False),  # host, network, folder
    Column("value", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("allowed_by", String(200), nullable=False),
    Column("allowed_at", Instant, nullable=False),
    Column("ended_by", String(200)),
    Column("ended_at", Instant),
    Column("evidence_id", String(40), nullable=False),
    Index("ix_probe_destinations_kind", "kind"),
)
