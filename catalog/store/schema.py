"""What every table shares: the metadata, the instant type, and new identifiers."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, MetaData, String, TypeDecorator
from sqlalchemy.engine import Dialect

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Json = JSON(none_as_null=True)


class Instant(TypeDecorator[datetime]):
    """A UTC instant, kept as ISO 8601 text so that every database sorts and compares it alike."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Aware datetime to ``2026-09-24T08:00:00.000000Z``."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Text back to an aware datetime."""
        if value is None:
            return None
        return datetime.fromisoformat(value)  # every row has some: reading by a pattern takes most of a scan


def new_id(prefix: str) -> str:
    """A fresh identifier such as ``rel_5f0c…``: a prefix and 96 random bits."""
    return f"{prefix}_{secrets.token_hex(12)}"
