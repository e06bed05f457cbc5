"""Opening to the public over real releases: the route, its machine check, the files, and the way back."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from catalog.clocks import running as clocks
from catalog.opening import openings, publishing, route
from catalog.opening.openings import OpeningError, OpeningRefused
from catalog.opening.route import Answer
from catalog.store import reading, writing
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.opening import open_files, opening_steps
from contracts.model import Composed, Composition, Contract, Field, ShareType, Sharing, Use
from pipelines.build import build
from policies.clocks import local_date
from policies.decision import Deny, Permit
from policies.machine import IllegalStep, Office, machine
from tests.pipelines.conftest import BY_WARD, LOST, PEOPLE, RICH
from ybz import ybz

NOW = datetime(2026, 9, 24, 8, tzinfo=UTC)
FINE = {name: Answer(False, "无") for name in route.QUESTIONS}
FREE = Sharing(ShareType.UNCONDITIONAL, "无条件")
LIT = (replace(LOST.fields[0], grade=1), Field("lit", use=Use.PLAIN))
LAMPS = replace(LOST, open=True, grade=1, sharing=FREE, fields=LIT)
WARDS = replace(BY_WARD, open=True)
Found = Callable[..., Any]


def built(found_town: Found, *contracts: Contract) -> Any:
    town = found_town(*contracts)
    town.write("lamps.csv", ["code,lit", *(f"L{n},yes" for n in range(12, 0, -1))])
    build(town.home, as_of=date(2026, 9, 24))
    return town


def propose(town: Any, name: str, method: str = "none", grade: int = 0, by: str = "张三") -> openings.Opening:
    with writing(town.engine) as connection:
        return route.propose(
            connection, name, licence="CC-BY-4.0", method=method, effect_grade=grade, reason="便民", by=by,
            now=NOW,
        )  # fmt: skip


def assess(town: Any, name: str, answers: Any = FINE) -> openings.Opening:
    with writing(town.engine) as connection:
        return route.assess(connection, name, answers, by="安全员", now=NOW)


def check(town: Any, name: str, now: datetime = NOW) -> openings.Opening:
    with writing(town.engine) as connection:
        return route.check(town.home, connection, name, by="安全员", now=now)


def decide(town: Any, name: str, event: str = "approve", by: str = "李四") -> openings.Opening:
    with writing(town.engine) as connection:
        return route.decide(connection, name, event, reason="同意", by=by, now=NOW)


def publish(town: Any, name: str, now: datetime = NOW) -> publishing.OpenFile:
    return publishing.publish(town.home, town.engine, name, by="李四", now=now)


def withdraw(town: Any, name: str, office: Office = Office.AUTHORITY) -> tuple[str, ...]:
    return publishing.withdraw(
        town.home, town.engine, name, reason="来源有误", announcement="因来源有误撤回", by="李四",
        now=NOW + timedelta(days=1), office=office,
    )  # fmt: skip


def retract(town: Any, name: str) -> openings.Opening:
    with writing(town.engine) as connection:
        return route.retract(connection, name, reason="重拟", by="张三", now=NOW)


def codes(opening: openings.Opening) -> set[str]:
    assert opening.check is not None
    return {reason["code"] for reason in opening.check["reasons"]}


def rows(made: publishing.OpenFile) -> list[list[str]]:
    with (made.folder / made.csv).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_data_about_no_unit_is_published_with_licence_digests_and_a_tombstone_at_its_end(
    found_town: Found,
) -> None:
    town = built(found_town, PEOPLE, LAMPS)
    propose(town, LAMPS.name)
    assess(town, LAMPS.name)
    assert check(town, LAMPS.name).state == "checked"
    decide(town, LAMPS.name)
    made = publish(town, LAMPS.name)
    assert made.folder == town.home.root / "open" / "road.lamps" / "2026-09-24-r1"
    assert rows(made)[:3] == [["code", "lit"], ["L1", "yes"], ["L10", "yes"]]
    told = json.loads((made.folder / "metadata.json").read_text(encoding="utf-8"))
    data = (made.folder / made.csv).read_bytes()
    assert told["licence"]["id"] == "CC-BY-4.0"
    assert told["file"]["sha256"] == hashlib.sha256(data).hexdigest() == made.sha256
    sums = (made.folder / "SHA256SUMS").read_text(encoding="utf-8")
    assert f"{made.sha256}  road.lamps.csv" in sums
    with pytest.raises(OpeningError, match="published already"):
        publish(town, LAMPS.name)
    assert (made.folder / made.csv).is_file()
    assert withdraw(town, LAMPS.name) == ("open/road.lamps/2026-09-24-r1",)
    assert [path.name for path in made.folder.iterdir()] == ["WITHDRAWN.json"]
    tombstone = json.loads((made.folder / "WITHDRAWN.json").read_text(encoding="utf-8"))
    assert (tombstone["sha256"], tombstone["announcement"]) == (made.sha256, "因来源有误撤回")
    (entry,) = json.loads((town.home.root / "open" / "index.json").read_text(encoding="utf-8"))
    assert entry["withdrawn_at"] is not None
    with reading(town.engine) as connection:
        taken = [each["event"] for each in openings.steps(connection, LAMPS.name)]
        events = set(connection.execute(select(evidence_entries.c.event)).scalars())
    assert taken == ["propose", "assess", "check", "approve", "publish", "withdraw"]
    assert {f"catalog:opening:{event}" for event in taken} <= events
    assert propose(town, LAMPS.name).state == "proposed"


def test_counts_of_few_persons_are_never_in_an_open_file(found_town: Found) -> None:
    town = built(found_town, PEOPLE, WARDS)
    propose(town, WARDS.name, "aggregation", 4)
    assess(town, WARDS.name)
    assert check(town, WARDS.name).state == "checked"
    decide(town, WARDS.name)
    made = publish(town, WARDS.name)
    # Of the wards with 31, 9 and 2 persons the last two are withheld; counts are rounded.
    shown = rows(made)
    assert shown[0] == ["ward", "people"]
    assert all(int(count) >= 10 and int(count) % 5 == 0 for _, count in shown[1:])
    assert {ward for ward, _ in shown[1:]} == {"A"}
    told = json.loads((made.folder / "metadata.json").read_text(encoding="utf-8"))
    assert told["disclosure"]["cells_below_units_withheld"] == 10
    assert told["disclosure"]["units"] == ["person"]


def test_a_stricter_threshold_stops_a_release_built_before_it(
    found_town: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    from catalog.opening import checking
    from policies import disclosure

    town = built(found_town, PEOPLE, WARDS)
    propose(town, WARDS.name, "aggregation", 4)
    assess(town, WARDS.name)

    built_by = local_date(datetime.now(UTC)) + timedelta(days=1)

    def stricter(on: date, place: str = "national") -> Any:
        found = disclosure.defaults(on, place)
        return replace(found, k=40) if on > built_by else found

    monkeypatch.setattr(checking, "defaults", stricter)
    later = datetime.now(UTC) + timedelta(days=40)
    assert {"opening.thresholds", "opening.small"} <= codes(check(town, WARDS.name, later))


@pytest.mark.parametrize("contract", [PEOPLE, RICH], ids=["register", "rows made from it"])
def test_rows_about_persons_are_refused_at_the_door(found_town: Found, contract: Contract) -> None:
    others = () if contract is PEOPLE else (PEOPLE,)
    town = found_town(*others, replace(contract, open=True))
    with pytest.raises(OpeningRefused) as refused:
        propose(town, contract.name)
    assert {reason.code for reason in refused.value.denial.reasons} == {"opening.units"}


def test_an_entry_that_says_it_is_not_open_is_refused(found_town: Found) -> None:
    town = found_town(LOST)
    with pytest.raises(OpeningRefused) as refused:
        propose(town, LOST.name)
    assert {reason.code for reason in refused.value.denial.reasons} == {"opening.attribute"}


def test_a_column_detectors_take_for_persons_stops_the_opening(found_town: Found) -> None:
    from tests.pipelines.conftest import person

    town = found_town(PEOPLE, LAMPS)
    town.write("lamps.csv", ["code,lit", *(f"L{n},yes" for n in range(12))])
    build(town.home, as_of=date(2026, 9, 24))
    propose(town, LAMPS.name)
    assess(town, LAMPS.name)
    assert check(town, LAMPS.name).state == "checked"
    decide(town, LAMPS.name)
    # The next release holds what the gate of a build would stop: here it is written past that gate.
    _overwrite(town, LAMPS.name, "lit", [person(n) for n in range(12)])
    with pytest.raises(OpeningRefused) as refused:
        publish(town, LAMPS.name)
    assert "opening.finding" in {reason.code for reason in refused.value.denial.reasons}
    assert not (town.home.root / "open" / LAMPS.name).exists()
    assert check(town, LAMPS.name).state == "returned"


def _overwrite(town: Any, name: str, column: str, values: list[str]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from catalog.releases import published as releases

    with reading(town.engine) as connection:
        release = releases.latest(connection, name)
    assert release is not None
    (file,) = releases.protected_files(town.home, release)
    held = pq.read_table(file)
    place = held.column_names.index(column)
    pq.write_table(held.set_column(place, column, pa.array(values, held.schema.field(column).type)), file)


def test_a_method_that_does_not_suffice_is_found_by_the_machine(found_town: Found) -> None:
    town = built(found_town, PEOPLE, WARDS, LAMPS)
    for name, method, grade in ((WARDS.name, "pseudonyms", 2), (LAMPS.name, "aggregation", 4)):
        propose(town, name, method, grade)
        assess(town, name)
        opening = check(town, name)
        assert (opening.state, codes(opening)) == ("returned", {"opening.method"})


def test_a_dataset_without_release_cannot_pass(found_town: Found) -> None:
    town = found_town(LAMPS)
    propose(town, LAMPS.name)
    assess(town, LAMPS.name)
    assert codes(check(town, LAMPS.name)) == {"opening.release"}


def test_one_risk_returns_the_proposal_and_its_clock_waits(found_town: Found) -> None:
    town = found_town(LAMPS)
    opening = propose(town, LAMPS.name)
    with pytest.raises(OpeningError, match="aggregation is missing"):
        assess(town, LAMPS.name, {name: FINE[name] for name in route.QUESTIONS[:2]})
    risky = FINE | {"aggregation": Answer(True, "与户籍数据可比对")}
    assert assess(town, LAMPS.name, risky).state == "returned"

    def clock() -> clocks.Clock:
        with reading(town.engine) as connection:
            (found,) = clocks.clocks_of(connection, f"opening:{opening.id}")
        return found

    assert (clock().state, clock().workdays) == ("paused", 15)
    propose(town, LAMPS.name)
    assert clock().state == "running"
    retract(town, LAMPS.name)
    assert clock().state == "cancelled"


def test_whoever_proposes_does_not_approve(found_town: Found) -> None:
    town = built(found_town, LAMPS)
    propose(town, LAMPS.name)
    assess(town, LAMPS.name)
    check(town, LAMPS.name)
    with pytest.raises(OpeningRefused, match="may not approve"):
        decide(town, LAMPS.name, by="张三")


def test_the_authority_of_the_tree_owes_the_decision(found_town: Found) -> None:
    from catalog.organisations import units

    town = found_town(LAMPS)
    with writing(town.engine) as connection:
        units.add(
            connection, code="11990100MA0009KN7Y", name="云州市数据局", kind=units.UnitKind.AUTHORITY,
            valid_from=date(2024, 1, 1), basis="三定方案", by="张三", now=NOW,
        )  # fmt: skip
    opening = propose(town, LAMPS.name)
    with reading(town.engine) as connection:
        (clock,) = clocks.clocks_of(connection, f"opening:{opening.id}")
    assert (clock.owner, clock.owner_code) == ("云州市数据局", "11990100MA0009KN7Y")


def test_what_was_not_assessed_is_not_published(found_town: Found) -> None:
    town = built(found_town, LAMPS)
    for act in (propose, assess, check, decide):
        act(town, LAMPS.name)
    worded = replace(LAMPS, title="路灯（新）")
    town.catalogue(worded)
    build(town.home, as_of=date(2026, 9, 24))
    assert check(town, LAMPS.name).state == "approved"
    first = publish(town, LAMPS.name)
    # A later revision has one column more, which nobody assessed.
    wider = replace(worded, fields=(*LIT, Field("owner", grade=1, use=Use.PLAIN)))
    town.catalogue(wider)
    town.write("lamps.csv", ["code,lit,owner", *(f"L{n},yes,city" for n in range(12))])
    build(town.home, as_of=date(2026, 9, 25))
    assert codes(check(town, LAMPS.name)) == {"opening.changed"}
    with pytest.raises(OpeningRefused):
        publish(town, LAMPS.name)
    with reading(town.engine) as connection:
        assert "failed the check" in publishing.stale(connection)[LAMPS.name]
    withdraw(town, LAMPS.name)
    for act in (propose, assess, check, decide):
        act(town, LAMPS.name)
    assert rows(publish(town, LAMPS.name))[0] == ["code", "lit", "owner"]
    assert (first.folder / "WITHDRAWN.json").is_file()


def test_a_newer_release_makes_what_is_open_stale(found_town: Found) -> None:
    town = built(found_town, LAMPS)
    for act in (propose, assess, check, decide, publish):
        act(town, LAMPS.name)
    with reading(town.engine) as connection:
        assert publishing.stale(connection) == {}
    town.write("lamps.csv", ["code,lit", *(f"L{n},no" for n in range(12))])
    build(town.home, as_of=date(2026, 9, 25))
    with reading(town.engine) as connection:
        assert "release 2 is newer" in publishing.stale(connection)[LAMPS.name]
    assert "release 2 is newer" in CliRunner().invoke(ybz, ["open", "list"]).output
    check(town, LAMPS.name)
    publish(town, LAMPS.name)
    with reading(town.engine) as connection:
        assert publishing.stale(connection) == {}


def test_a_tombstone_is_never_laid_over(found_town: Found) -> None:
    town = built(found_town, LAMPS)
    for act in (propose, assess, check, decide):
        act(town, LAMPS.name)
    first = publish(town, LAMPS.name)
    withdraw(town, LAMPS.name)
    for act in (propose, assess, check, decide):
        act(town, LAMPS.name)
    second = publish(town, LAMPS.name)
    assert second.folder.name == f"{first.folder.name}-2"
    assert [path.name for path in first.folder.iterdir()] == ["WITHDRAWN.json"]


def test_counts_in_other_words_are_rounded_or_stay_out(found_town: Found) -> None:
    def wards(figure: str) -> Contract:
        sql = f"SELECT p.ward, {figure} AS people FROM civil.people AS p GROUP BY p.ward"
        return replace(WARDS, composed=Composed(Composition.STATISTICAL, sql))

    town = built(found_town, PEOPLE, wards("sum(1)"))
    for act in (assess, check, decide):
        if act is assess:
            propose(town, WARDS.name, "aggregation", 4)
        act(town, WARDS.name)
    # 31 persons of ward A.
    assert rows(publish(town, WARDS.name))[1:] == [["A", "30"]]
    withdraw(town, WARDS.name)
    for figure, refused in (("CAST(count(*) AS BIGINT)", set()), ("count(*) * 7", {"opening.computed"})):
        town.catalogue(wards(figure))
        build(town.home, as_of=date(2026, 9, 25))
        propose(town, WARDS.name, "aggregation", 4)
        assess(town, WARDS.name)
        assert codes(check(town, WARDS.name)) == refused
        if not refused:
            retract(town, WARDS.name)


# --- every state × event × office ------------------------------------------------------------------------

ACTS: dict[tuple[str, Office], Callable[[Any, str], object]] = {
    ("propose", Office.STEWARD): propose,
    ("retract", Office.STEWARD): retract,
    ("assess", Office.SECURITY): assess,
    ("return", Office.SECURITY): lambda t, n: assess(t, n, FINE | {"secrecy": Answer(True, "涉密")}),
    ("check", Office.SECURITY): check,
    ("approve", Office.AUTHORITY): decide,
    ("return", Office.AUTHORITY): lambda t, n: decide(t, n, "return"),
    ("refuse", Office.AUTHORITY): lambda t, n: decide(t, n, "refuse"),
    ("publish", Office.AUTHORITY): publish,
    ("withdraw", Office.AUTHORITY): withdraw,
    ("withdraw", Office.SECURITY): lambda t, n: withdraw(t, n, Office.SECURITY),
}
WAYS: dict[str, tuple[tuple[str, Office], ...]] = {
    "proposed": (("propose", Office.STEWARD),),
    "assessed": (("assess", Office.SECURITY),),
    "checked": (("check", Office.SECURITY),),
    "refused": (("refuse", Office.AUTHORITY), ("propose", Office.STEWARD), ("assess", Office.SECURITY),
                ("check", Office.SECURITY)),
    "returned": (("return", Office.AUTHORITY), ("propose", Office.STEWARD), ("assess", Office.SECURITY),
                 ("check", Office.SECURITY)),
    "approved": (("approve", Office.AUTHORITY),),
    "published": (("publish", Office.AUTHORITY),),
    "withdrawn": (("withdraw", Office.AUTHORITY), ("propose", Office.STEWARD)),
    "retracted": (("retract", Office.STEWARD),),
}  # fmt: skip


def _written(town: Any) -> tuple[int, ...]:
    with reading(town.engine) as connection:
        return tuple(
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (opening_steps, open_files, evidence_entries)
        )


def test_the_functions_take_no_step_the_table_does_not_have(found_town: Found) -> None:
    town, table = built(found_town, LAMPS), machine("opening")
    seen = set()
    for state, way in WAYS.items():
        ACTS[way[0]](town, LAMPS.name)
        with reading(town.engine) as connection:
            assert openings.called(connection, LAMPS.name).state == state
        seen.add(state)
        for (event, office), act_of in ACTS.items():
            if isinstance(table.check(state, event, office), Permit):
                continue
            before, files = _written(town), sorted(Path(town.home.root).glob("open/**/*"))
            with pytest.raises(IllegalStep) as refused:
                act_of(town, LAMPS.name)
            assert refused.value.denial.reasons[0].allowed
            assert (_written(town), sorted(Path(town.home.root).glob("open/**/*"))) == (before, files)
        for act in way[1:]:
            ACTS[act](town, LAMPS.name)
    assert seen == set(table.states) - {"new"}


def test_only_offices_of_the_table_take_steps() -> None:
    table = machine("opening")
    lawful = {(step.event, step.office) for step in table.steps}
    # A failed check is the check's own outcome.
    assert lawful - {("fail", Office.SECURITY)} == set(ACTS)
    for state in table.states:
        for event in table.events:
            for office in Office:
                allowed = any((s.state, s.event, s.office) == (state, event, office) for s in table.steps)
                assert isinstance(table.check(state, event, office), Permit if allowed else Deny)


def test_opening_goes_by_command(found_town: Found) -> None:
    built(found_town, LAMPS)

    def run(*words: str, status: int = 0) -> str:
        result = CliRunner().invoke(ybz, ["open", *words])
        assert result.exit_code == status, result.output
        return result.output

    name = LAMPS.name
    run("propose", name, "--licence", "ODC-BY-1.0", "--method", "none", "--reason", "便民", "--by", "张三")
    run("assess", name, "--secrecy", "无", "--personal", "无", "--aggregation", "无", "--by", "安全员")
    assert "may leave as unit_free" in run("check", name)
    run("approve", name, "--reason", "同意", "--by", "李四")
    assert "12 rows" in run("publish", name, "--by", "李四")
    assert "published, ODC-BY-1.0, 1 exports" in run("list")
    run("withdraw", name, "--reason", "有误", "--announcement", "撤回", "--as", "security")
    assert json.loads(run("show", name, "--json"))["state"] == "withdrawn"
