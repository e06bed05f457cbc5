"""The story, in the order a dataset lives it; every step is a registered command.

Decides what is asked and what the answers are compared with. What the steps found is kept for
:mod:`examples.demo.show` to tell.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import click

from examples.city.generate import generate
from examples.city.planted import Planted
from examples.demo import papers
from examples.demo.commands import Commands
from examples.demo.progress import Steps
from examples.demo.report import Report, compare_build, compare_flow, late

STEPS: Final = 15
PERIOD: Final = "2026-09"
NEXT_CLOSE: Final = "2026-10-31"
# What `ybz build` needs and takes seconds to load.
SLOW_LIBRARIES: Final = ("pipelines.definitions", "great_expectations")
STEWARD: Final = "数据局 王敏"
# Words somebody searches by, and the dataset they look for.
SEARCHED: Final = ("最低生活保障",)
CHANGED: Final = "civil_affairs.low_income"


@dataclass(slots=True)
class Told:
    """What the steps found, for telling.

    Attributes:
        ledger: rows of ``ybz show``.
        edition: of ``ybz edition``.
        found: of ``ybz search``.
        felt: of ``ybz impact``.
        standing: of ``ybz register standing``.
        request: the department's, as answered.
        asked: the questions, see :mod:`examples.demo.questions`.
        late: name → timeliness of the datasets that are late.
        prefilled: items of the form.
        correction: the challenge as answered, then as carried.
        moved: body name → one delivery.
    """

    ledger: list[Mapping[str, Any]] = field(default_factory=list)
    edition: Mapping[str, Any] = field(default_factory=dict)
    found: Mapping[str, Any] = field(default_factory=dict)
    felt: Mapping[str, Any] = field(default_factory=dict)
    standing: Mapping[str, Any] = field(default_factory=dict)
    request: Mapping[str, Any] = field(default_factory=dict)
    asked: list[Any] = field(default_factory=list)
    late: dict[str, Any] = field(default_factory=dict)
    prefilled: list[Mapping[str, Any]] = field(default_factory=list)
    correction: dict[str, Any] = field(default_factory=dict)
    moved: list[Mapping[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Stage:
    """Where the story stands.

    Attributes:
        home: the installation, which also holds the city and the papers.
        today: day of the run, for terms and forms.
        commands: run so far.
        steps: progress.
        report: figures and differences.
        told: what to tell.
    """

    home: Path
    today: date
    commands: Commands
    steps: Steps
    report: Report
    told: Told = field(default_factory=Told)

    @property
    def city(self) -> Path:
        """Folder of the city's files."""
        return self.home / "city"

    @property
    def until(self) -> date:
        """Last day of what is asked for."""
        return self.today + timedelta(days=180)

    def paper(self, name: str, document: dict[str, Any]) -> Path:
        """Write a paper beside the city."""
        return papers.write(self.home / "papers", name, document)


def first_delivery(stage: Stage) -> Planted:
    """The departments' files as they come, written by a process of its own while libraries load here."""
    program = [sys.executable, "-m", "examples.city", str(stage.city)]
    with stage.steps.step("departments send their files"):
        with subprocess.Popen(program, stdout=subprocess.DEVNULL) as departments:
            for name in SLOW_LIBRARIES:
                importlib.import_module(name)
        if departments.returncode:
            raise click.ClickException("the generator of the city failed — see above")
        return Planted.read(stage.city / "planted.json")


def catalogue(stage: Stage) -> None:
    """An installation, and every dataset listed."""
    with stage.steps.step("ybz init, ybz catalog: every dataset is listed"):
        stage.commands.run("init")
        lines = stage.commands.json("catalog", stage.city / "contracts", "--by", STEWARD)
        stage.report.expect("contracts refused", [row["name"] for row in lines if row["problem"]], [])


def build(stage: Stage, planted: Planted) -> None:
    """Land, cast, check, classify, release; compare every figure with what was planted."""
    with stage.steps.step("ybz build: land, cast, check, classify, release"):
        outcomes = outcomes_of(stage, "--as-of", planted.close)
        stage.report.outcomes = outcomes
        compare_build(stage.report, outcomes, planted.datasets)
    with stage.steps.step("ybz show, ybz edition: the ledger of the period"):
        stage.told.ledger = stage.commands.json("show")
        for name in late(planted):
            stage.told.late[name] = stage.commands.json("show", name)
            broken = [rule["dimension"] for rule in stage.told.late[name]["rules"] if not rule["passed"]]
            stage.report.expect(f"{name} breaks", broken, ["timeliness"])
        stage.told.edition = stage.commands.json("edition", "--period", PERIOD, "--by", STEWARD)


def live_with_it(stage: Stage) -> None:
    """The ledger at work: a dataset found, a change felt before it is made, registrations that are owed."""
    with stage.steps.step("ybz search, impact, register: found, felt, owed"):
        told = stage.told
        told.found = stage.commands.json("search", *SEARCHED)
        names = [hit["name"] for hit in told.found["hits"]]
        stage.report.expect(f"found by {' '.join(SEARCHED)}", CHANGED in names, True)
        told.felt = stage.commands.json("impact", f"{CHANGED}.id_card")
        felt = [each["dataset"] for each in told.felt["datasets"]]
        stage.report.expect(f"datasets made from {CHANGED}.id_card", felt, ["theme.elderly_services"])
        # What the operator was granted is in authorised operation, and its registration is owed.
        told.standing = stage.commands.json("register", "standing")
        stage.report.expect("registered of what is in operation", told.standing["share"], 0.0)


def outcomes_of(stage: Stage, *words: object) -> list[Mapping[str, Any]]:
    """Outcomes of a build; one that failed is told by its state."""
    said = stage.commands.run("build", *words, "--json", status=(0, 1))
    rows: list[Mapping[str, Any]] = said.json()
    return rows


def subscribe(stage: Stage, planted: Planted) -> None:
    """A street and a village subscribe; each first receives the whole of its area."""
    with stage.steps.step("ybz backflow: a street and a village subscribe"):
        for body in papers.BODIES:
            stage.commands.run("backflow", "body", body.code, "--name", body.name, "--area", body.area)
            stage.commands.json(
                "backflow", "subscribe", "--body", body.code, "--dataset", body.dataset,
                "--fields", ",".join(body.fields), "--plain", "id_card",
                "--basis", papers.BACKFLOW_BASIS, "--by", body.name,
            )  # fmt: skip
        names = [body.dataset for body in papers.BODIES]
        outcomes = outcomes_of(stage, *names, "--as-of", planted.close)
        stage.report.expect(
            "datasets built again", [r["state"] for r in outcomes], ["unchanged"] * len(names)
        )


def correct(stage: Stage, planted: Planted) -> None:
    """The street is asked for a form, corrects one prefilled item, and the department answers."""
    body, asked = papers.STREET_BODY, planted.correction
    with stage.steps.step("ybz form, ybz correct: a prefilled form, one correction"):
        stage.commands.run("form", "admit", stage.paper("form.json", papers.elderly_form(stage.today)))
        (task,) = stage.commands.json(
            "form", "send", papers.FORM, "--body", body.code, "--period", PERIOD, "--by", papers.ISSUER
        )
        whom = (papers.FORM, "--body", body.code, "--subject", asked.key, "--by", "清波街道 陈静")
        items = stage.commands.json("form", "prefill", *whom)
        stage.told.prefilled = items
        shown = {item["name"]: item["value"] for item in items}
        stage.report.expect(f"prefilled {asked.field}", shown[asked.field], asked.old)
        done = stage.commands.json(
            "form", "submit", *whom, "--period", PERIOD,
            "--set", f"{asked.field}={asked.new}", "--reason", f"{asked.field}=九月入户走访",
            "--set", "visited_on=2026-09-18",
        )  # fmt: skip
        stage.report.expect("challenges opened", len(done["challenges"]), 1)
        handed = stage.commands.json("form", "confirm", task["id"], "--by", "清波街道 陈静")
        stage.report.expect("sheets of the form handed in", handed["before"], 1)
        stage.told.correction = _answer(stage, done["challenges"][0])


def _answer(stage: Stage, challenge: str) -> dict[str, Any]:
    """The source department accepts the challenge."""
    waiting = {one["id"]: one for one in stage.commands.json("correct", "list")}
    answered: dict[str, Any] = stage.commands.json(
        "correct", "answer", challenge, "--department", waiting[challenge]["department_code"],
        "--accept", "--reason", "已与街道核实，下月更正", "--by", "民政局 赵平",
    )  # fmt: skip
    stage.report.expect("correction", answered["state"], "accepted")
    stage.report.corrections_answered += answered["answered_at"] is not None
    return answered


def second_delivery(stage: Stage) -> Planted:
    """A month later: changed files, a second build, and what moved flows back."""
    with stage.steps.step("a month later: changed files, ybz build again"):
        planted = generate(stage.city, stage=2)
        outcomes = outcomes_of(stage, "--as-of", NEXT_CLOSE)
        # What the street submitted is a dataset of the ledger as well.
        answers = {row["name"]: row["state"] for row in outcomes if row["name"].startswith("forms.")}
        stage.report.expect("answers of the form", list(answers.values()), ["released"])
        compare_build(stage.report, [row for row in outcomes if row["name"] not in answers], planted.datasets)
    with stage.steps.step("ybz backflow: the changed rows are counted on both sides"):
        _receive(stage, planted)
        found = stage.commands.json("correct", "check")
        stage.report.expect("accepted correction", [one["outcome"] for one in found], ["carried"])
    return planted


def _receive(stage: Stage, planted: Planted) -> None:
    balances = {(b["release"], b["area"]): b for b in stage.commands.json("backflow", "balance")}
    for body in papers.BODIES:
        sent = stage.commands.json("backflow", "list", "--body", body.code)
        made = [one for one in sent if one["dataset"] == body.dataset][-1]
        counts = balances[made["release"], made["area"]]
        one = planted.dataset(body.dataset)
        compare_flow(stage.report, counts, one.flow(body.area), f"flow to {body.name}")
        moved = one.moved(body.area)
        told = {name: made["counts"][name] for name in ("added", "changed", "removed")}
        stage.report.expect(
            f"rows of {body.name}",
            told,
            {"added": moved.added, "changed": moved.changed, "removed": moved.removed},
        )
        done = stage.commands.json("backflow", "ack", made["id"], "--by", body.name)
        stage.report.expect(f"delivery to {body.name}", done["state"], "acknowledged")
        stage.told.moved.append(
            {"name": body.name, "dataset": body.dataset, **counts, "moved": counts["changed"], **told}
        )
        figures = ("area", "changed", "delivered", "unattributed", "other_areas")
        stage.report.deliveries.append({name: counts[name] for name in figures})


def evidence(stage: Stage) -> None:
    """Re-derive the whole evidence log, from the store and from an exported copy."""
    with stage.steps.step("ybz evidence verify: from the store and from a copy"):
        verdict = stage.commands.json("evidence", "verify")
        stage.commands.run("evidence", "export", stage.home / "evidence-copy")
        copy = stage.commands.json("evidence", "verify", stage.home / "evidence-copy")
        stage.report.evidence = {name: verdict[name] for name in ("size", "root", "ok")}
        stage.report.expect("evidence log sound", verdict["ok"], True)
        stage.report.expect("evidence root of the copy", copy["root"], verdict["root"])
