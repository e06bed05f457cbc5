"""Yearly risks, impact assessments, important data: figures that follow the ledger."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from catalog.evidence import record
from catalog.store import reading, writing
from catalog.store.tables.cataloging import entry_acts
from catalog.store.tables.evaluation import evaluation_reports
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.ledger import entries
from catalog.store.tables.releases import releases
from policies.clocks import local_date
from policies.evaluation import FILE, Judge
from policies.rulebook import rule
from space.api.app import create_app
from space.cli.evaluation.assess import assess
from space.errors import Refused, Unknown
from space.evaluation import impact_register, important_data, risk_report
from tests.space.agreed import BODY, NUMBER
from tests.space.bureau import DEPARTMENT, NOON, PEOPLE
from tests.space.bureau_contracts import AIR, FIRMS, POPULATION
from tests.space.money.till import Till
from tests.space.operation.conftest import TITLE
from tests.space.operation.test_requests_and_agreements_over_http_and_by_command import bearer
from tests.space.serving import serving


def values(document: dict[str, Any]) -> dict[str, Any]:
    return {each["code"]: each["value"] for each in document["figures"]}


def test_every_figure_of_the_year_has_its_definition_and_counts_its_rows(either: Till) -> None:
    till, held = either, either.grant()
    for n in range(3):
        till.answer(held, f"q{n}")
    till.lost(held, "gone")
    till.refused(held)
    till.refused(None, "access.role")
    with writing(till.engine) as connection:
        record(connection, event="a:b:c", subject="x", body={}, now=datetime(2025, 12, 31, tzinfo=UTC))
    with reading(till.engine) as connection:
        told = risk_report.compose(connection, 2026, now=till.now)
        entered = connection.execute(select(evidence_entries.c.recorded_at)).scalars().all()
        before = risk_report.compose(connection, 2025, now=till.now)
        with pytest.raises(Refused, match=r"report\.not_begun"):
            risk_report.compose(connection, 2027, now=till.now)
    found = values(told)
    counted = {"calls": 3, "calls_lost": 1, "calls_refused": 2, "grants": 1, "receivers": 1}
    assert {name: found[name] for name in counted} == counted
    assert found["entries"] == len(entered) - 1
    assert told["refusals"] == [
        {"reason": "access.role", "calls": 1, "callers": 1},
        {"reason": "query.text", "calls": 1, "callers": 1},
    ]  # fmt: skip
    assert set(found) == set(rule(FILE, "risk_figures", date(2026, 9, 1)).value)
    assert all(each["definition"] and each["as_of"] and each["source"] for each in told["figures"])
    assert not told["whole"]
    assert before["whole"]
    assert (values(before)["calls"], values(before)["grants"], values(before)["entries"]) == (0, 0, 1)


def test_important_data_are_listed_by_grade_and_volume_with_who_holds_and_who_receives(standing: Any) -> None:
    granted = standing.granted(DEPARTMENT, PEOPLE)
    with writing(standing.engine) as connection:
        connection.execute(
            update(releases).where(releases.c.dataset == POPULATION.name).values(row_count=12_000_000)
        )
        connection.execute(update(releases).where(releases.c.dataset == AIR.name).values(grade=1))
    with reading(standing.engine) as connection:
        told = important_data.compose(connection, at=standing.clock())
        early = important_data.compose(connection, at=NOON - timedelta(days=400))
    (row,) = (each for each in told["datasets"] if each["dataset"] == POPULATION.name)
    assert {each["by"] for each in row["grounds"]} == {"grade", "volume"}
    assert any("ten million" in each["why"] for each in row["grounds"])
    assert row["holder"]["name"] == POPULATION.department.name
    assert (granted.grantee, granted.id) in {(one["organisation"], one["id"]) for one in row["receivers"]}
    firms = next(each for each in told["datasets"] if each["dataset"] == FIRMS.name)
    assert ("一般不作为重要数据" in firms["remark"], row["remark"]) == (True, "")
    assert AIR.name not in {each["dataset"] for each in told["datasets"]}
    assert (early["datasets"], values(early)["datasets"]) == ([], 0)


def test_the_register_holds_every_assessment_its_term_and_what_lacks_one(standing: Any) -> None:
    with reading(standing.engine) as connection:
        before = impact_register.compose(connection, at=standing.clock())
        entry = select(entries.c.id).where(entries.c.name == POPULATION.name).scalar_subquery()
        checked = (entry_acts.c.entry_id == entry, entry_acts.c.event == "check")
        details = connection.execute(select(entry_acts.c.details).where(*checked)).scalars().first()
    (scenario,) = (each for each in before["assessments"] if each["kind"] == "scenario")
    assert (scenario["subject"], scenario["level"], scenario["by"]) == (TITLE, "medium", "第三方评估机构")
    until = date.fromisoformat(scenario["keep_until"])
    assert until == local_date(NOON).replace(year=local_date(NOON).year + 3)
    assert (before["kept_years"], scenario["term_over"]) == (3, False)
    with writing(standing.engine) as connection:
        for reference in ("none recorded", "PIA-2026-7"):
            stated = {**details, "assessment": reference}
            connection.execute(update(entry_acts).where(*checked).values(details=stated))
            told = impact_register.compose(connection, at=standing.clock())
            lacking = POPULATION.name in {each["dataset"] for each in told["unassessed"]}
            known = {each["reference"] for each in told["assessments"] if each["subject"] == POPULATION.name}
            assert (lacking, known) == (
                (True, set()) if reference == "none recorded" else (False, {reference})
            )
        later = impact_register.compose(connection, at=standing.clock() + timedelta(days=4 * 365))
    assert all(each["term_over"] for each in later["assessments"])
    assert len(later["assessments"]) == len(told["assessments"])


def test_people_evaluate_an_agreement_by_command_and_anyone_reads_it_over_http(
    standing: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("space.cli.evaluation.assess.open_installation", lambda: _opened(standing))
    monkeypatch.setattr("space.cli.evaluation.assess_reports.open_installation", lambda: _opened(standing))

    def ybz(*words: str, status: int = 0) -> Any:
        done = CliRunner().invoke(assess, [*words, "--json"])
        assert done.exit_code == status, done.output
        return json.loads(done.stdout)

    made = ybz("open", "operation", NUMBER, "2026Q3", "--by", "甲")["id"]
    operator = ("--organisation", standing.operator["code"], "--as", "self", "--by", "李强")
    ybz("review", made, "--mark", "90", "--words", "自评报告", *operator)
    early = ybz("publish", made, "--by", "甲", status=1)
    assert early["reasons"][0]["code"] == "evaluation.not_over"
    app = create_app(standing.home, clock=standing.clock, pool=standing.pool)
    with serving(app) as address, httpx.Client(base_url=address, timeout=30) as client:
        sent = {"office": "third_party", "mark": 70, "words": "抽查", "by": "周敏"}
        assert client.post(f"/v1/evaluations/{made}/reviews", json=sent).status_code == 401
        assert client.get(f"/v1/evaluations/{made}").status_code == 404
        headers = bearer(standing, DEPARTMENT)
        wrong = client.post(
            f"/v1/evaluations/{made}/reviews", json=sent | {"office": "user"}, headers=headers
        )
        assert wrong.json()["code"] == "evaluation.office"
        given = client.post(f"/v1/evaluations/{made}/reviews", json=sent, headers=headers)
        assert given.status_code == 201, given.text
        standing.clock.now = datetime(2026, 10, 8, 4, 0, tzinfo=UTC)
        assert ybz("publish", made, "--by", "甲")["state"] == "published"
        told = client.get(f"/v1/evaluations/{made}").json()
        assert [each["mark"] for each in told["document"]["reviews"]] == [90, 70]
        assert FIRMS.name in told["document"]["subject"]["datasets"]
        assert NUMBER in client.get(f"/v1/evaluations/{made}/page").text
        stated = {"office": "third_party", "indicator": "use", "reason": "口径", "by": "周敏"}
        headers = bearer(standing, DEPARTMENT)
        objected = client.post(f"/v1/evaluations/{made}/objections", json=stated, headers=headers)
        assert objected.status_code == 201
        assert [each["id"] for each in client.get("/v1/evaluations").json()["evaluations"]] == [made]
    shown = ybz("show", made, "--html", str(tmp_path / "page.html"))
    assert [step["event"] for step in shown["steps"]] == ["open", "review", "review", "publish", "object"]
    assert "口径" in (tmp_path / "page.html").read_text(encoding="utf-8")
    for words in (("risk-report", "2026"), ("impact-register",), ("important-data",)):
        report = ybz(*words, "--html", str(tmp_path / "r.html"), "--keep", "--by", "甲")
        text = (tmp_path / "r.html").read_text(encoding="utf-8")
        assert all(each["title"] in text and each["definition"] in text for each in report["figures"])
        with reading(standing.engine) as connection:
            kept = select(evaluation_reports.c.digest).where(evaluation_reports.c.id == report["kept"])
            assert connection.execute(kept).scalar() in text


def _opened(standing: Any) -> Any:
    return standing.home, standing.engine, standing.clock()


def test_what_is_evaluated_names_who_judges_it_in_which_office(standing: Any) -> None:
    from policies.evaluation import Subject
    from space.evaluation.subjects import resolve

    granted = standing.granted(DEPARTMENT, PEOPLE)
    with reading(standing.engine) as connection:
        agreed = resolve(connection, Subject.AGREEMENT, NUMBER)
        dataset = resolve(connection, Subject.DATASET, POPULATION.name)
        operator = resolve(connection, Subject.OPERATOR, standing.operator["code"])
        with pytest.raises(Unknown):
            resolve(connection, Subject.SCENARIO, "scn_none")
    assert agreed.office(standing.operator["code"]) is Judge.SELF
    assert agreed.office(BODY["code"]) is Judge.USER
    assert agreed.office(DEPARTMENT["code"]) is Judge.THIRD_PARTY
    assert dataset.office(POPULATION.department.code) is Judge.SELF
    assert dataset.office(granted.grantee) is Judge.USER
    assert granted.id in dataset.grants
    assert operator.party == standing.operator["code"]
