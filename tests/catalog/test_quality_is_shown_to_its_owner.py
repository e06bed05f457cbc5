"""``ybz quality``: the history of a dataset's quality as JSON, on the terminal and as pages."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import JSON, BigInteger, Boolean, Date, Engine, Integer, String, Table, Text, insert

from catalog.cataloging.entering import Acts, catalogue_all
from catalog.home import Home
from catalog.quality import RuleResult, coded, dimensions, score, weights
from catalog.quality.access import accesses
from catalog.quality.chart import chart
from catalog.quality.cli import quality, sparkline
from catalog.quality.document import document
from catalog.releases.attempts import Attempt, last_results, record_attempt
from catalog.store import reading, writing
from catalog.store.schema import Instant
from catalog.store.tables.grants import grants, requests
from catalog.store.tables.identity import organisations
from catalog.store.tables.queries import reservations, usages
from catalog.store.tables.releases import releases
from contracts.model import Action, Contract, Dimension, Field, Party, ShareType, Sharing

NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
ON = date(2026, 9, 30)
FIELDS = (Field("code", "学校<标识>"), Field("name", "学校名称"))
SCHOOLS = Contract(
    "schools", "学校 & 幼儿园", "edu", "schools", Party("教育局"), FIELDS, unit_free=True,
    sharing=Sharing(ShareType.UNCONDITIONAL), classification="基础/人口", minimum_quality=0.8,
)  # fmt: skip
LAMPS = replace(SCHOOLS, id="lamps", title="路灯", table="lamps", department=Party("城管局"))


def outcomes(codes: int, names: int, *, stop: bool = False) -> tuple[RuleResult, ...]:
    made = [
        RuleResult(
            "q_code", ("code",), Dimension.CONFORMITY, Action.WARN, codes, 100, codes == 100, "pattern"
        ),
        RuleResult(
            "q_name",
            ("name",),
            Dimension.COMPLETENESS,
            Action.QUARANTINE,
            names,
            100,
            True,
            "required",
            tolerance=0.5,
        ),
        RuleResult(
            "q_late", (), Dimension.TIMELINESS, Action.WARN, 0, 0, True, "freshness", note="no period"
        ),
    ]
    if stop:
        made.append(RuleResult("q_rows", (), Dimension.COMPLETENESS, Action.STOP, 0, 1, False, "row_count"))
    return coded(made, ON)


def build(engine: Engine, number: int, results: Sequence[RuleResult], state: str = "released") -> None:
    """Record what one build of the schools found, and its release."""
    at = NOW + timedelta(days=number)
    measured = dimensions(results)
    value = score(measured, weights(ON))
    attempt = Attempt(
        f"bld_{number}",
        "run",
        SCHOOLS.name,
        state,
        "" if state == "released" else "rule q_rows is broken",
        at,
        at,
        101,
        100,
        95,
        5,
        value,
        1,
        results=tuple(results),
    )
    published: dict[str, Any] = {
        "id": f"rel_{number}",
        "dataset": SCHOOLS.name,
        "number": number,
        "revision": 1,
        "vault_version": number,
        "protected_version": number,
        "row_count": 95,
        "content_hash": "",
        "fingerprint": "",
        "lines_read": 101,
        "landed": 100,
        "typed": 95,
        "quarantined": 5,
        "counts": {},
        "quality": value,
        "dimensions": measured,
        "grade": 1,
        "facts": {},
        "published_at": at,
        "evidence_id": "",
    }
    with writing(engine) as connection:
        record_attempt(connection, attempt)
        if state == "released":
            connection.execute(insert(releases).values(**published))


@pytest.fixture
def schools(home: Home, engine: Engine, tmp_path: Path) -> Engine:
    """A ledger with two datasets; one was released three times and got worse the last time."""
    acts = Acts(by="张三", reason="first", now=NOW, assessment="PIA-2026-1")
    catalogue_all(engine, [(SCHOOLS, tmp_path / "s.yaml"), (LAMPS, tmp_path / "l.yaml")], acts)
    for number, codes in ((1, 90), (2, 99), (3, 80)):
        build(engine, number, outcomes(codes, 97))
    return engine


def shown(engine: Engine, name: str = SCHOOLS.name) -> dict[str, Any]:
    with reading(engine) as connection:
        return document(connection, name, ON)


def run(*words: str | Path) -> str:
    done = CliRunner().invoke(quality, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_what_a_result_stands_for_is_kept_with_it(schools: Engine) -> None:
    with reading(schools) as connection:
        kept = last_results(connection, SCHOOLS.name)

    assert {r.rule: r for r in kept} == {r.rule: r for r in outcomes(80, 97)}


def test_the_document_says_what_is_worst_what_got_worse_and_what_only_warns(schools: Engine) -> None:
    found = shown(schools)

    assert (found["release"]["number"], found["attempt"]["state"]) == (3, "released")
    assert [each["field"] for each in found["worst_fields"]] == ["code", "name"]
    assert [(each["rule"], each["was"], each["now"]) for each in found["worse"]] == [("q_code", 0.99, 0.8)]
    assert (found["stops"], found["warns"]) == ([], ["q_code"])
    assert [point["release"] for point in found["trend"]] == [1, 2, 3]
    assert found["score"] == pytest.approx(0.885)
    assert found["grade5"]["name"] == "良好"


def test_what_was_not_assessed_is_null_in_the_document(schools: Engine) -> None:
    found, never = shown(schools), shown(schools, LAMPS.name)

    assert found["dimensions"]["timeliness"] == {"a": 0, "b": 0, "x": None}
    assert found["indicators"]["0502"]["x"] is None
    assert next(r for r in found["rules"] if r["rule"] == "q_late")["note"] == "no period"
    assert (never["score"], never["grade5"], never["release"], never["attempt"]) == (None, None, None, None)
    assert all(each["x"] is None for each in never["indicators"].values())


def test_a_stopped_build_shows_why_while_the_former_release_stays(schools: Engine) -> None:
    build(schools, 4, outcomes(99, 97, stop=True), "stopped")

    found = shown(schools)

    assert (found["attempt"]["state"], found["release"]["number"]) == ("stopped", 3)
    assert found["stops"] == ["q_rows"]


def row(table: Table, **given: Any) -> dict[str, Any]:
    """A row of a table whose other columns hold whatever their type allows."""
    plain = {
        Instant: NOW,
        Date: ON,
        Boolean: False,
        Integer: 0,
        BigInteger: 0,
        JSON: {},
        String: "x",
        Text: "x",
    }
    made = {c.name: plain[type(c.type)] for c in table.columns if not c.nullable}
    return made | given


def called(engine: Engine, calls: Sequence[tuple[str, int, str]]) -> None:
    """Record calls under one grant: outcome, how many, and the release each read."""
    with writing(engine) as connection:
        connection.execute(insert(organisations).values(row(organisations, code="org")))
        connection.execute(insert(requests).values(row(requests, id="req", applicant="org")))
        connection.execute(insert(grants).values(row(grants, id="grt", request_id="req", grantee="org")))
        for number, (outcome, times, read) in enumerate(calls):
            held = row(
                reservations,
                id=f"rsv_{number}",
                grant_id="grt",
                answer_key=str(number),
                releases=["rel_0", read],
            )
            used = row(
                usages, id=f"use_{number}", outcome=outcome, calls=times, reservation_id=f"rsv_{number}"
            )
            connection.execute(insert(reservations).values(held))
            connection.execute(insert(usages).values(used))


def test_accessibility_is_answered_calls_over_calls_that_read_a_release(schools: Engine) -> None:
    called(
        schools,
        [("answered", 2, "rel_3"), ("cached", 1, "rel_3"), ("lost", 1, "rel_2"), ("answered", 9, "other")],
    )

    with reading(schools) as connection:
        found = accesses(connection, ["rel_2", "rel_3"])
        nobody = accesses(connection, ["rel_1"])

    assert found is not None
    assert (found.good, found.evaluated) == (3, 4)
    assert nobody is None
    assert shown(schools)["indicators"]["0601"]["x"] == 0.75


def test_the_command_prints_the_document_and_plain_words(schools: Engine) -> None:
    found = json.loads(run(SCHOOLS.name, "--json"))
    plain = run(SCHOOLS.name)

    assert found["dataset"] == SCHOOLS.name
    assert found["dimensions"]["accuracy"]["x"] is None
    assert "↓" in plain
    assert re.search(r"worst +code: 20.00% fail q_code", plain)
    assert re.search(r"stops +nothing\nwarns +q_code", plain)
    assert "not assessed" in plain


def test_the_command_shows_all_datasets_and_those_of_one_department(schools: Engine) -> None:
    assert [each["dataset"] for each in json.loads(run("--json"))] == [LAMPS.name, SCHOOLS.name]
    assert [each["dataset"] for each in json.loads(run("--department", "城管局", "--json"))] == [LAMPS.name]
    assert "良好" in run()
    unknown = CliRunner().invoke(quality, ["--department", "林业局"])
    assert (unknown.exit_code, "no dataset of 林业局" in unknown.output) == (1, True)
    assert CliRunner().invoke(quality, ["a.b", "--department", "x"]).exit_code == 2


def test_the_report_is_one_file_with_every_word_escaped_and_nothing_to_fetch(
    schools: Engine, tmp_path: Path
) -> None:
    run(SCHOOLS.name, "--html", tmp_path / "report.html")

    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "学校 &amp; 幼儿园" in page
    assert "学校&lt;标识&gt;" in page
    assert not re.search(r"<script|<link|<img|src=|https?://|url\(|@import", page)
    for words in (
        "综合等级",
        "良好",
        "88.5 分",
        "下一步做什么",
        "比上次变差的",
        "有 20 行格式不符合规定",
        "<polyline",
    ):
        assert words in page


def test_the_report_never_calls_what_was_not_assessed_full_marks(schools: Engine, tmp_path: Path) -> None:
    run("--html", tmp_path / "all")

    page = (tmp_path / "all" / f"{LAMPS.name}.html").read_text(encoding="utf-8")
    index = (tmp_path / "all" / "index.html").read_text(encoding="utf-8")
    assert "还没有经过质量检查" in page
    assert "100" not in re.sub(r"<style>.*</style>", "", page, flags=re.DOTALL)
    assert f'href="{SCHOOLS.name}.html"' in index
    assert "还没有质量结论" in index


def test_the_report_of_a_stopped_build_says_why_and_promises_nothing(schools: Engine, tmp_path: Path) -> None:
    build(schools, 4, outcomes(99, 97, stop=True), "stopped")

    run(SCHOOLS.name, "--html", tmp_path / "report.html")

    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    for words in ("最近一次构建没有放行", "数据总行数超出正常范围", "先办：", "这批数据没有发布"):
        assert words in page
    assert "放心" not in page


def test_a_release_that_was_not_assessed_is_a_gap_in_the_trend() -> None:
    at = NOW.isoformat()
    drawn = chart([{"score": s, "published_at": at} for s in (0.9, None, 0.8, 0.85)])

    assert drawn is not None
    assert (len(drawn.dots), len(drawn.lines)) == (3, 1)
    assert chart([{"score": 0.9, "published_at": at}, {"score": None, "published_at": at}]) is None
    assert sparkline([1.0, None, 0.0]) == "█ ▁"
