"""The questions put to the space: three that are answered safely, one attack that is refused.

Decides what is asked, by whom, and how far an answer may lie from the truth.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from examples.city.firms import RARE
from examples.city.planted import Planted
from examples.demo import papers
from examples.demo.report import compare_groups
from examples.demo.story import Stage

BY_INDUSTRY: Final = (
    "SELECT industry_name, count(*) AS enterprises FROM market.enterprises GROUP BY industry_name"
)
BY_DISTRICT: Final = "SELECT district, count(*) AS persons FROM civil.population GROUP BY district"
BY_STATION: Final = "SELECT station, avg(pm25) AS pm25 FROM eco.air_readings GROUP BY station"
# Rows of persons, by nothing but columns the operator was granted.
ATTACK: Final = "SELECT sex, education, birth_date FROM civil.population WHERE district = '云湖区' LIMIT 5"

# Counts in threshold mode are rounded to the nearest multiple of 5 (policies/rules/disclosure.yaml).
ROUNDING: Final = 2.5
# How many standard deviations a private count may lie off: for five cells, once in a hundred million runs.
SIGMAS: Final = 6.0
# Averages in plain mode are exact but for their last printed digits.
EXACT: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Asked:
    """One question and what came of it.

    Attributes:
        who: name of the organisation.
        mode: how the answer was made safe.
        sql: as asked.
        rows: of the answer; empty where refused.
        refusal: reason code, message and nearest allowed form; empty where answered.
        note: what the reader should notice.
    """

    who: str
    mode: str
    sql: str
    rows: tuple[Mapping[str, Any], ...] = ()
    refusal: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Grants:
    """Ids of the three grants the questions are asked under."""

    enterprises: str
    population: str
    air: str


def ask(stage: Stage, planted: Planted) -> None:
    """Request, grant, three safe answers, one refused attack, receipts verified."""
    with stage.steps.step("ybz agreement, scenario: what the operator may ask for, and why"):
        _agreed(stage)
    with stage.steps.step("ybz request, decide, grant: with a legal basis, item by item"):
        grants = _grants(stage)
    with stage.steps.step("ybz query: three safe answers, one refused attack"):
        _threshold(stage, planted, grants.enterprises)
        _private(stage, planted, grants.population)
        _plain(stage, planted, grants.air)
        _attack(stage, grants.population)


def _agreed(stage: Stage) -> None:
    """Two parties sign the agreement; a scenario under it is proposed by the one and adopted by the other."""
    paper = stage.paper("agreement.json", papers.agreement(stage.today, stage.until))
    stage.commands.json("agreement", "draft", paper, "--by", "数据局 王敏")
    stage.commands.json("agreement", "offer", papers.AGREEMENT, "--by", "数据局 王敏")
    signed = stage.commands.json("agreement", "sign", papers.AGREEMENT, "--by", "运营公司 李强")
    stage.report.expect("agreement", signed["state"], "in_force")
    paper = stage.paper("scenario.json", papers.scenario(stage.until))
    proposed = stage.commands.json("scenario", "propose", paper, "--by", "运营公司 李强")
    adopted = stage.commands.json("scenario", "adopt", proposed["id"], "--by", "数据局 王敏")
    stage.report.expect("scenario", adopted["state"], "adopted")


def _grants(stage: Stage) -> Grants:
    department = _permitted(stage, "department-request.json", papers.department_request(stage.until))
    stage.told.request = {
        "who": papers.PLANNING["name"],
        "items": len(department["items"]),
        "received": department["received_at"][:10],
        "due": department["due_on"],
    }
    _permitted(stage, "operator-request.json", papers.operator_request(stage.until))
    return Grants(
        _signed(stage, papers.PLANNING, papers.GOVERNANCE, papers.ENTERPRISES),
        _signed(stage, papers.OPERATOR, papers.INDUSTRY, papers.POPULATION, price_fen_per_call=500),
        _signed(stage, papers.OPERATOR, papers.INDUSTRY, papers.AIR, price_fen_per_call=100),
    )


def _permitted(stage: Stage, name: str, document: dict[str, Any]) -> dict[str, Any]:
    """File a request and have it permitted; both within its clock."""
    filed = stage.commands.json("request", "new", stage.paper(name, document))
    stage.report.expect(f"{name} lacks", filed["missing"], [])
    answered: dict[str, Any] = filed
    # Sensitive personal information takes two people: the second answers what the first passed on.
    for person in ("数据局 张磊", "数据局 孙洁"):
        if any(item["answer"] is None for item in answered["items"]):
            answered = stage.commands.json(
                "decide", filed["id"], "--permit", "--basis", papers.BASIS, "--by", person
            )
    in_time = answered["answered_at"][:10] <= answered["due_on"]
    stage.report.expect(f"{name} answered in time", (answered["state"], in_time), ("permitted", True))
    return answered


def _signed(
    stage: Stage,
    grantee: Mapping[str, str],
    purpose: str,
    dataset: tuple[str, tuple[str, ...]],
    **more: Any,
) -> str:
    paper = stage.paper(f"terms-{dataset[0]}.json", papers.terms(purpose, dataset, stage.until, **more))
    signed = stage.commands.json("grant", "new", paper, "--to", grantee["code"], "--by", "数据局 张磊")
    return str(signed["id"])


def _query(stage: Stage, grant: str, purpose: str, sql: str) -> dict[str, Any]:
    answer: dict[str, Any] = stage.commands.json("query", "--grant", grant, "--purpose", purpose, sql)
    stage.report.answers += 1
    # The call's evidence gets its place in the log, so that the receipt can be proved to be in it.
    stage.commands.json("evidence", "root")
    verdict = stage.commands.json("verify", answer["receipt"]["id"])
    proved = bool(verdict["ok"]) and "proved" in verdict["evidence"]
    stage.report.receipts_verified += proved
    stage.report.expect("receipt verified and proved in the log", proved, True)
    return answer


def _tell(stage: Stage, who: Mapping[str, str], mode: str, sql: str, rows: list[Any], note: str) -> None:
    stage.told.asked.append(Asked(who["name"], mode, sql, tuple(rows), note=note))


def _threshold(stage: Stage, planted: Planted, grant: str) -> None:
    answer = _query(stage, grant, papers.GOVERNANCE, BY_INDUSTRY)
    found = {row["industry_name"]: row["enterprises"] for row in answer["rows"]}
    truth = planted.truth["enterprises_by_industry"]
    rare = {name for name, *_ in RARE.values()}
    large = {name: count for name, count in truth.items() if name not in rare}
    compare_groups(stage.report, "enterprises", found, large, ROUNDING)
    note = f"rounded to 5; {len(rare)} industries of fewer than 10 enterprises are not shown"
    _tell(stage, papers.PLANNING, "threshold mode", BY_INDUSTRY, answer["rows"], note)


def _private(stage: Stage, planted: Planted, grant: str) -> None:
    answer = _query(stage, grant, papers.INDUSTRY, BY_DISTRICT)
    found = {row["district"]: row["persons"] for row in answer["rows"]}
    sigma = max(_stated(answer["receipt"]["jws"])["mechanism"]["sigma"])
    compare_groups(stage.report, "persons", found, planted.truth["persons_by_district"], SIGMAS * sigma)
    note = f"noise of standard deviation {sigma:.0f}; the yearly privacy budget of persons paid for it"
    _tell(stage, papers.OPERATOR, "differential privacy", BY_DISTRICT, answer["rows"], note)


def _plain(stage: Stage, planted: Planted, grant: str) -> None:
    answer = _query(stage, grant, papers.INDUSTRY, BY_STATION)
    found = {row["station"]: float(row["pm25"]) for row in answer["rows"]}
    compare_groups(stage.report, "PM2.5", found, planted.truth["pm25_by_station"], EXACT)
    _tell(stage, papers.OPERATOR, "plain", BY_STATION, answer["rows"], "exact: no unit is behind this data")


def _attack(stage: Stage, grant: str) -> None:
    said = stage.commands.run(
        "query", "--grant", grant, "--purpose", papers.INDUSTRY, ATTACK, "--json", status=(1,)
    )
    reason = said.json()["reasons"][0]
    stage.report.refused += 1
    stage.told.asked.append(Asked(papers.OPERATOR["name"], "", ATTACK, refusal=reason))


def _stated(jws: str) -> dict[str, Any]:
    """What a receipt states; its signature is checked by ``ybz verify``."""
    payload = jws.split(".")[1]
    stated: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return stated
