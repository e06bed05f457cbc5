"""Revisions of an entry as everybody may know them: the published ones, and what each changed in public."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from catalog.cataloging.entering import Acts, catalogue_all
from catalog.errors import UnknownDataset
from catalog.public_revisions import published
from catalog.store import reading
from contracts.model import Contract, Field, Party, ShareType, Sharing, UpdateCycle

NAME = "civil.care"
NOW = datetime(2026, 9, 24, 8, 0, tzinfo=UTC)


def entered(engine: Engine, days: int, **said: Any) -> None:
    """A revision of the entry, so many days after the first."""
    values: dict[str, Any] = {
        "id": NAME, "title": "养老服务", "schema": "civil", "table": "care", "status": "active",
        "department": Party("云州市民政局"), "sharing": Sharing(ShareType.UNCONDITIONAL),
        "fields": (Field(name="code", business_name="代码"),),
    }  # fmt: skip
    acts = Acts(by="张三", reason="内部原因", now=NOW + timedelta(days=days))
    catalogue_all(engine, [(Contract(**(values | said)), None)], acts)


def told(engine: Engine) -> list[dict[str, Any]]:
    """The revisions, as the interface gives them."""
    with reading(engine) as connection:
        return [one.to_document() for one in published(connection, NAME)]


def test_the_newest_stands_first_and_says_what_it_changed(engine: Engine) -> None:
    entered(engine, 0)
    more = (Field(name="code", business_name="代码"), Field(name="living", business_name="居住方式"))
    entered(engine, 3, title="养老服务主题库", update_cycle=UpdateCycle.MONTHLY, fields=more)

    second, first = told(engine)

    assert (first["revision"], first["published_on"], first["changes"]) == (1, "2026-09-24", None)
    assert (second["revision"], second["published_on"]) == (2, "2026-09-27")
    changes = {one["path"]: (one["before"], one["after"]) for one in second["changes"]}
    assert changes["title"] == (None, None)
    assert changes["update_cycle"][1] == "monthly"
    # Of a whole item only what it is called is told.
    assert changes["fields.living"] == (None, "居住方式")


def test_what_only_its_keepers_see_is_not_told(engine: Engine) -> None:
    entered(engine, 0)
    secret = (Field(name="code", business_name="代码", pattern="^[0-9]{4}$"),)
    entered(engine, 1, fields=secret, nulls=("无",))

    second, _ = told(engine)

    assert second["changes"] == []
    text = json.dumps(told(engine), ensure_ascii=False)
    assert not [each for each in ("内部原因", "张三", "[0-9]", "无") if each in text]


def test_a_revision_that_is_not_published_yet_is_not_told(engine: Engine) -> None:
    entered(engine, 0)
    entered(engine, 1, title="还没定的名称", status="draft", sharing=Sharing())

    assert [one["revision"] for one in told(engine)] == [1]


def test_an_entry_that_is_not_published_has_none(engine: Engine) -> None:
    entered(engine, 0, status="draft", sharing=Sharing())

    with pytest.raises(UnknownDataset):
        told(engine)


def test_of_many_revisions_the_newest_are_told_each_with_its_changes(engine: Engine) -> None:
    for number in range(27):
        entered(engine, number, title=f"第{number}名")

    made = told(engine)

    assert [one["revision"] for one in made] == list(range(27, 3, -1))
    assert [one["path"] for one in made[-1]["changes"]] == ["title"]


def test_words_that_were_taken_back_are_told_no_more(engine: Engine) -> None:
    entered(engine, 0)
    taken_back = (
        Field(name="code", business_name="代码", description="经办人王五"),
        Field(name="kind", business_name="王五处理", allowed=("王五", "其他")),
    )
    entered(engine, 1, title="养老服务（王五案）", summary="王五", fields=taken_back)
    kept = Field(name="kind", business_name="类别", allowed=("其他",))
    entered(engine, 2, fields=(Field(name="code", business_name="代码"), kept))

    third, second, _ = told(engine)

    assert "王五" not in json.dumps(told(engine), ensure_ascii=False)
    assert {"title", "summary", "fields.code.description"} <= {one["path"] for one in second["changes"]}
    assert {"title", "fields.kind.allowed"} <= {one["path"] for one in third["changes"]}
    # A new item is called what it is called today.
    assert next(one["after"] for one in second["changes"] if one["path"] == "fields.kind") == "类别"
