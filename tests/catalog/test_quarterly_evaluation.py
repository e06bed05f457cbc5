"""A quarter's evaluation: frozen, signed, published, contested in time, corrected by a further version."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, select, update

from catalog import keys
from catalog.cataloging.entering import Acts, catalogue_all
from catalog.home import Home
from catalog.rectification.contests import contest, contests, decide
from catalog.rectification.errors import EvaluationRefused
from catalog.rectification.evaluation import Evaluation, find, freeze, problem_of, publish
from catalog.rectification.evaluation_lines import Quarter
from catalog.rectification.evaluation_page import page
from catalog.releases import published as releases
from catalog.revisions import all_current
from catalog.store import reading, writing
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.quality import quality_evaluations
from contracts.model import Contract, Field, Party, ShareType, Sharing, Source, SourceFormat, Use
from contracts.odcs.files import dumps, read
from pipelines.building.wave import Wave
from ybz import ybz

IN_QUARTER = datetime(2025, 8, 20, 8, tzinfo=UTC)
SHARING = Sharing(ShareType.CONDITIONAL, "履职需要", "政务数据共享条例")
AFTER = datetime(2025, 10, 9, 8, tzinfo=UTC)  # the first working day after the holidays of October 2025
PERIOD = "2025Q3"
ROADS = Party("云州市交通运输局", "11990100MA0009KN7Y")
WORKS = Party("云州市城市管理局", "11990100MA0009KN8X")


def lamps(name: str, department: Party) -> Contract:
    return Contract(
        id=name, title=f"{name}清单", schema="road", table=name, department=department, unit_free=True,
        classification="主题/城乡建设", sharing=SHARING,
        fields=(
            Field("code", key_position=1, use=Use.PLAIN),
            Field("state", allowed=("亮", "灭"), use=Use.PLAIN),
        ),
        sources=(Source(name, SourceFormat.CSV, f"{name}.csv", encoding="utf-8"),),
    )  # fmt: skip


class Bureau:
    """Three datasets of two departments; one is never delivered."""

    def __init__(self, home: Home, engine: Engine, folder: Path) -> None:
        self.home, self.engine, self.folder = home, engine, folder
        self.keys = keys.load(home)
        folder.mkdir()
        made = [lamps("lamps", ROADS), lamps("signs", ROADS), lamps("bins", WORKS)]
        paths = [folder / f"{each.table}.yaml" for each in made]
        for each, path in zip(made, paths, strict=True):
            path.write_text(dumps(each), encoding="utf-8")
        acts = Acts(by="张三", reason="first", now=datetime(2025, 8, 1, 8, tzinfo=UTC))
        catalogue_all(engine, [(read(path), path) for path in paths], acts)

    def deliver(self, name: str, bad: int, now: datetime = IN_QUARTER) -> None:
        """Four rows, ``bad`` of them with a state that does not exist, built and released."""
        rows = [f"{n},{'坏' if n < bad else '亮'}" for n in range(4)]
        (self.folder / f"{name}.csv").write_text("\n".join(["code,state", *rows]) + "\n", encoding="utf-8")
        with reading(self.engine) as connection:
            entries = all_current(connection)
        with Wave(
            self.home, self.engine, entries, as_of=now.date(), run="r", clock=lambda: now, strict=True
        ) as wave:
            outcome, _ = wave.build(f"road.{name}")
        assert outcome.state == "released", outcome.reason

    def freeze(self, now: datetime = AFTER) -> Evaluation:
        return freeze(self.engine, PERIOD, keys=self.keys, by="李四", now=now)

    def publish(self, now: datetime = AFTER) -> Evaluation:
        return publish(self.engine, PERIOD, by="李四", now=now)

    def contest(self, dataset: str = "road.lamps", now: datetime = AFTER, **more: Any) -> Any:
        said = {"reason": "样本有误", "by": "王五"} | more
        return contest(self.engine, PERIOD, dataset, now=now, **said)

    def decide(self, contest_id: str, *, upheld: bool, now: datetime = AFTER, **more: Any) -> Any:
        said = {"reason": "核对属实", "by": "赵六"} | more
        return decide(self.engine, contest_id, upheld=upheld, keys=self.keys, now=now, **said)

    def found(self, version: int | None = None) -> Evaluation:
        with reading(self.engine) as connection:
            return find(connection, PERIOD, version)


@pytest.fixture
def bureau(home: Home, engine: Engine, tmp_path: Path) -> Bureau:
    made = Bureau(home, engine, tmp_path / "town")
    made.deliver("lamps", bad=2)
    made.deliver("signs", bad=0)
    return made


def test_a_frozen_evaluation_says_what_was_so_at_the_quarters_end(bureau: Bureau) -> None:
    bureau.deliver("lamps", bad=0, now=datetime(2025, 9, 30, 16, 0, tzinfo=UTC))  # 1 October in Shanghai

    document = bureau.freeze().document()

    lines = {line["dataset"]: line for line in document["datasets"]}
    assert (document["first"], document["last"]) == ("2025-07-01", "2025-09-30")
    assert lines["road.lamps"]["dimensions"]["conformity"]["x"] < 1
    assert lines["road.lamps"]["indicators"]["0105"] == {"name": "权威参考数据", "a": 2, "b": 4, "x": 0.5}
    assert lines["road.signs"]["score"] == 1.0
    assert lines["road.signs"]["grade"]["level"] == 1
    assert (lines["road.bins"]["state"], lines["road.bins"]["score"]) == ("no_release", None)
    assert lines["road.lamps"]["rectification"] == {"found": 1, "closed": 0, "on_time": 0, "reopened": 0}
    roads, works = document["departments"]
    assert (roads["datasets"], roads["assessed"]) == (2, 2)
    assert roads["score"] == round((lines["road.lamps"]["score"] + 1.0) / 2, 6)
    assert (works["score"], works["grade"]) == (None, None)


def test_later_builds_change_nothing_and_it_is_frozen_once(bureau: Bureau) -> None:
    before = bureau.freeze()

    bureau.deliver("lamps", bad=0, now=AFTER)

    assert bureau.found() == before
    assert problem_of(before, bureau.keys) == ""
    with pytest.raises(EvaluationRefused, match="2025Q3 is frozen"):
        bureau.freeze()


def test_a_quarter_is_frozen_when_it_is_over(bureau: Bureau) -> None:
    for period, now, says in (
        (PERIOD, datetime(2025, 9, 30, 15, 59, tzinfo=UTC), "ends on 2025-09-30"),  # still September there
        ("2025Q5", AFTER, "is no quarter"),
        ("2025-09", AFTER, "is no quarter"),
        ("2024Q3", AFTER, "no dataset was in the ledger"),
    ):
        with pytest.raises(EvaluationRefused, match=says):
            freeze(bureau.engine, period, keys=bureau.keys, by="李四", now=now)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("2026Q1", "2026-01-01", "2026-03-31"),
        ("2024Q1", "2024-01-01", "2024-03-31"),
        ("2026Q2", "2026-04-01", "2026-06-30"),
        ("2026Q4", "2026-10-01", "2026-12-31"),
    ],
)
def test_quarters_are_those_of_the_calendar(name: str, first: str, last: str) -> None:
    quarter = Quarter.parse(name)

    assert (quarter.first, quarter.last) == (date.fromisoformat(first), date.fromisoformat(last))


def test_the_digest_others_see_confirms_no_guess_of_the_exact_counts(bureau: Bureau) -> None:
    frozen = bureau.freeze()
    assert frozen.digest != sha256(frozen.content.encode()).hexdigest()
    assert frozen.digest in page(frozen, ())
    with reading(bureau.engine) as connection:
        bodies = connection.execute(select(evidence_entries.c.body)).scalars().all()
    assert not any(sha256(frozen.content.encode()).hexdigest() in body for body in bodies)
    another = replace(bureau.keys, pseudonym=b"another installation's 32 bytes!")
    assert problem_of(frozen, another) == "the content is not what was signed"


def test_a_version_frozen_before_digests_were_keyed_is_still_what_was_signed(bureau: Bureau) -> None:
    frozen = bureau.freeze()
    plain = sha256(frozen.content.encode()).hexdigest()
    signed = bureau.keys.signer.sign(f"ybz evaluation\n{PERIOD}\n1\n{plain}\n".encode())
    former = replace(frozen, digest=plain, signature=b64encode(signed).decode())
    assert problem_of(former, bureau.keys) == ""
    # A keyed version cannot be passed off as a former one: the signature says which it is.
    assert "signature" in problem_of(replace(frozen, digest=plain), bureau.keys)


def test_a_changed_content_or_signature_is_noticed(bureau: Bureau) -> None:
    frozen = bureau.freeze()
    better = frozen.content.replace('"score":1,', '"score":0.99,', 1)
    assert better != frozen.content
    keys = bureau.keys

    assert problem_of(replace(frozen, content=better), keys) == "the content is not what was signed"
    assert "signature" in problem_of(replace(frozen, version=2), keys)
    assert "signature" in problem_of(replace(frozen, signature="AAAA"), keys)
    with writing(bureau.engine) as connection:
        connection.execute(update(quality_evaluations).values(content=better))
    done = CliRunner().invoke(ybz, ["evaluate", "show", PERIOD, "--json"])
    assert done.exit_code == 1
    assert json.loads(done.stdout)["problem"] == "the content is not what was signed"


# published on 9 October 2025 (10 working days: until 22 October, as Saturday 11 October is worked)
WINDOW = """
2025-10-09  open
2025-10-22  open
2025-10-23  over
"""


@pytest.mark.parametrize("row", WINDOW.strip().splitlines())
def test_the_window_for_objections_is_counted_in_working_days(bureau: Bureau, row: str) -> None:
    day, state = row.split()
    bureau.freeze()
    assert bureau.publish().contest_until == date(2025, 10, 22)
    now = datetime.fromisoformat(f"{day}T10:00:00+00:00")

    if state == "over":
        with pytest.raises(EvaluationRefused, match="could be contested until 2025-10-22"):
            bureau.contest(now=now)
    else:
        assert bureau.contest(now=now).state == "open"


def test_what_is_not_published_or_not_its_own_cannot_be_contested(bureau: Bureau) -> None:
    bureau.freeze()
    with pytest.raises(EvaluationRefused, match="is not published"):
        bureau.contest()
    bureau.publish()

    with pytest.raises(EvaluationRefused, match="was published on 2025-10-09"):
        bureau.publish()
    with pytest.raises(EvaluationRefused, match="which alone may contest it"):
        bureau.contest(department=WORKS.code)
    with pytest.raises(EvaluationRefused, match=r"does not evaluate road\.boats"):
        bureau.contest("road.boats")
    with pytest.raises(EvaluationRefused, match="states its reason"):
        bureau.contest(reason=" ")
    bureau.contest(department=ROADS.code)
    with pytest.raises(EvaluationRefused, match="was contested before"):
        bureau.contest()


def test_an_upheld_objection_makes_a_corrected_version_and_the_old_one_stays(bureau: Bureau) -> None:
    first = bureau.freeze()
    bureau.publish()
    bureau.deliver("lamps", bad=0, now=AFTER)
    with reading(bureau.engine) as connection:
        release = releases.latest(connection, "road.lamps")
    assert release is not None
    raised = bureau.contest()
    with pytest.raises(EvaluationRefused, match="王五 objected and does not decide"):
        bureau.decide(raised.id, upheld=True, by="王五")

    decided = bureau.decide(raised.id, upheld=True, release=release.id)

    second = bureau.found()
    assert (decided.state, decided.late, decided.corrected_score) == ("upheld", False, 1.0)
    assert (second.version, second.id, second.published_at) == (2, decided.corrected_evaluation_id, None)
    assert second.line("road.lamps")["score"] == 1.0
    assert second.line("road.lamps")["corrected"]["former_version"] == 1
    assert second.line("road.signs") == first.line("road.signs")
    assert second.document()["departments"][0]["score"] == 1.0
    old = bureau.found(version=1)
    assert (old.content, old.digest) == (first.content, first.digest)
    assert problem_of(second, bureau.keys) == ""
    assert bureau.publish().version == 2
    with reading(bureau.engine) as connection:
        events = (
            connection.execute(
                select(evidence_entries.c.event).where(evidence_entries.c.event.like("quality:evaluation:%"))
            )
            .scalars()
            .all()
        )
    assert sorted(event.rpartition(":")[2] for event in events) == [
        "contest", "decide", "freeze", "freeze", "publish", "publish",
    ]  # fmt: skip


def test_an_upheld_objection_without_a_release_sets_the_line_aside(bureau: Bureau) -> None:
    bureau.freeze()
    bureau.publish()

    bureau.decide(bureau.contest().id, upheld=True)

    line = bureau.found().line("road.lamps")
    assert (line["state"], line["score"], line["release"]) == ("set_aside", None, None)
    assert bureau.found().document()["departments"][0]["assessed"] == 1


def test_a_rejected_objection_changes_nothing_and_is_decided_once(bureau: Bureau) -> None:
    bureau.freeze()
    bureau.publish()
    raised = bureau.contest()
    with pytest.raises(EvaluationRefused, match="states its reasons"):
        bureau.decide(raised.id, upheld=False, reason="")

    decided = bureau.decide(raised.id, upheld=False, now=datetime(2025, 11, 20, 8, tzinfo=UTC))

    assert (decided.state, decided.late) == ("rejected", True)
    assert bureau.found().version == 1
    with pytest.raises(EvaluationRefused, match="decided before: rejected"):
        bureau.decide(raised.id, upheld=True)
    with pytest.raises(EvaluationRefused, match="was contested before"):
        bureau.contest()


def test_a_release_of_another_dataset_does_not_speak_for_it(bureau: Bureau) -> None:
    bureau.freeze()
    bureau.publish()
    with reading(bureau.engine) as connection:
        other = releases.latest(connection, "road.signs")
    assert other is not None
    raised = bureau.contest()

    with pytest.raises(EvaluationRefused, match=r"not of road\.lamps"):
        bureau.decide(raised.id, upheld=True, release=other.id)

    with reading(bureau.engine) as connection:
        assert [each.state for each in contests(connection, PERIOD)] == ["open"]


def test_the_commands_go_from_freezing_to_a_page(bureau: Bureau, tmp_path: Path) -> None:
    def run(*words: str) -> Any:
        done = CliRunner().invoke(ybz, ["evaluate", *words, "--json"], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    assert run("freeze", PERIOD)["version"] == 1
    assert run("publish")["contest_until"]
    raised = run("contest", "road.lamps", "--reason", "<b>样本</b>有误", "--by", "王五")
    assert run("decide", raised["id"], "--uphold", "--reason", "属实", "--by", "赵六")["state"] == "upheld"
    page = tmp_path / "page.html"

    shown = run("show", "--html", str(page))

    assert (shown["version"], shown["versions"], shown["ok"]) == (2, [1, 2], True)
    assert run("show", PERIOD, "--version", "1")["evaluation"]["datasets"][1]["score"] < 1
    outside = json.dumps(run("show", "--version", "1", "--public")["evaluation"], ensure_ascii=False)
    assert '"a":' not in outside
    assert '"b":' not in outside
    text = page.read_text(encoding="utf-8")
    assert "2025Q3 数据质量评价（第 2 版）" in text
    assert "&lt;b&gt;样本&lt;/b&gt;有误" in text
    assert "<b>样本" not in text
    plain = CliRunner().invoke(ybz, ["evaluate", "show"], catch_exceptions=False)
    assert "2025Q3 version 2 of 2: verified, not published" in plain.stdout
    assert "road.lamps: set aside, corrected" in plain.stdout
