"""What an entry says is told with the numbers of people hidden; the log keeps it, and proves it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, select

from catalog.evidence import record
from catalog.evidence.events import statement
from catalog.evidence.withholding import masked
from catalog.store import reading, writing
from catalog.store.tables.evidence import evidence_entries

NOW = datetime(2026, 9, 24, 8, 0, tzinfo=UTC)


def entered(engine: Engine, **body: object) -> str:
    """An entry that is in the log."""
    with writing(engine) as connection:
        made = record(connection, event="catalog:entry:compile", subject="e1", body=body, now=NOW)
        table = evidence_entries
        connection.execute(table.update().where(table.c.id == made).values(position=0))
        return made


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("为张三330102199001011234补登", "为张三33**************34补登"),
        ("为330102 19900101 123X补登", "为33****************3X补登"),
        ("旧证330102900101123", "旧证33***********23"),
        ("请拨13900000001。", "请拨13*******01。"),
        ("请拨+86 139-0000-0001", "请拨+8*************01"),
        ("请拨１３９０００００００１", "请拨１３*******０１"),
        ("发文〔2026〕12号，2026-09-24", "发文〔2026〕12号，2026-09-24"),
        ("11330000MB0000001X", "11330000MB0000001X"),
        ("a13900000001f0b1", "a13900000001f0b1"),
    ],
)
def test_the_middle_of_such_a_number_is_hidden(said: str, told: str) -> None:
    assert masked({"reason": [said]}) == {"reason": [told]}


def test_where_a_number_is_hidden_the_exact_text_is_withheld_and_its_digest_is_told(engine: Engine) -> None:
    made = entered(engine, reason="为张三330102199001011234补登", basis="电话13900000001", by="13900000002")

    with reading(engine) as connection:
        told = statement(connection, made).to_document()
        kept = connection.execute(select(evidence_entries.c.leaf_hash)).scalar_one()

    assert told["leaf"] is None
    assert told["leaf_hash"] == kept
    assert not [each for each in ("330102199001011234", "13900000001", "13900000002") if each in str(told)]


def test_where_none_is_hidden_the_exact_text_is_told(engine: Engine) -> None:
    made = entered(engine, reason="补登", digest="ab13900000001cd")

    with reading(engine) as connection:
        told = statement(connection, made).to_document()

    assert told["says"] == {"reason": "补登", "digest": "ab13900000001cd"}
    assert "补登" in told["leaf"]
