"""Cataloguing as separate acts of separate people: lists, bases, clocks, conditions, announcements."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, func, select

from catalog import revisions
from catalog.cataloging import clocks, telling
from catalog.cataloging.acts import Act, Who
from catalog.cataloging.announcing import AnnouncementError, acknowledge, announcements
from catalog.cataloging.answering import refuse, retract, return_, trigger, withdraw
from catalog.cataloging.bases import REFUSAL, WITHHELD, cited
from catalog.cataloging.conditions import added_conditions
from catalog.cataloging.differing import NoSuchRevision, changed, difference
from catalog.cataloging.entering import Acts, catalogue_all, enter_all
from catalog.cataloging.errors import ActRefused, ManyRefused, Refused
from catalog.cataloging.steps import approve, sign_off, submit
from catalog.clocks.running import clocks_of
from catalog.search import search
from catalog.store import reading, writing
from catalog.store.tables.ledger import entries
from contracts.catalogue import ResourceFormat
from contracts.model import (
    Composed,
    Composition,
    Contract,
    Entry,
    Field,
    FieldType,
    FormatCategory,
    Party,
    Secrecy,
    ShareMethod,
    ShareType,
    Sharing,
    UpdateCycle,
)  # fmt: skip
from contracts.odcs.files import from_document, to_document
from policies import rulebook
from policies.machine import Office

NOW = datetime(2026, 9, 24, 8, 0, tzinfo=UTC)
STEWARD, HEAD, AUTHORITY = (
    Who("张三", Office.STEWARD), Who("李局长", Office.HEAD), Who("数据局", Office.AUTHORITY),
)  # fmt: skip
OPEN = Sharing(ShareType.UNCONDITIONAL, "无条件", "", (ShareMethod.TABLES,))
CONDITIONAL = Sharing(
    ShareType.CONDITIONAL, "须书面申请", "政务数据共享条例第十四条", (ShareMethod.TABLES,), "含个人信息",
    "市级部门", "资格核验",
)  # fmt: skip
WHOLE: dict[str, Any] = {
    "summary": "全市学校", "department": Party("云州市教育局", "11330100MB0F123450", "数据科"),
    "entry": Entry(format=ResourceFormat(FormatCategory.DATABASE)),
}  # fmt: skip


def _contract(name: str = "edu.schools", **rest: Any) -> Contract:
    schema, table = name.split(".")
    values: dict[str, Any] = {
        "id": name, "title": "学校名录", "schema": schema, "table": table, "status": "active",
        "department": Party("云州市教育局", "11330100MB0F12345X"), "classification": "主题/公共服务",
        "sharing": OPEN, "fields": (Field(name="code", business_name="标识码"), Field(name="area")),
    }  # fmt: skip
    return Contract(**(values | rest))


def _submit(engine: Engine, given: Contract | str = "edu.schools", now: datetime = NOW, **rest: str) -> Any:
    wanted = given if isinstance(given, str) else (given, None)
    return submit(engine, wanted, STEWARD, reason="改版", now=now, **rest)


def _publish(engine: Engine, contract: Contract, now: datetime = NOW) -> None:
    _submit(engine, contract, now)
    sign_off(engine, contract.name, HEAD, now=now)
    approve(engine, contract.name, AUTHORITY, now=now, seen_added_condition=True)


def _history(engine: Engine, name: str = "edu.schools") -> dict[str, Any]:
    with reading(engine) as connection:
        return telling.history(connection, name)


def _listed(act: Act) -> list[tuple[str, str]]:
    return [(one["place"], one["by"]) for one in act.details["missing"]]


def test_a_return_holds_all_a_program_can_tell_beside_what_the_office_asks(engine: Engine) -> None:
    _submit(engine, _contract(fields=(Field(name="area", personal=True),)))
    act = return_(engine, "edu.schools", HEAD, ["title: 写明范围", "附上样例"], now=NOW)
    listed = _listed(act)
    assert listed[:2] == [("title", "office"), ("entry", "office")]
    told = " ".join(one["what"] for one in act.details["missing"] if one["by"] == "program")
    for words in ("impact assessment", "信息资源摘要", "信息资源格式", "提供方代码", "信息项信息"):
        assert words in told


def test_a_return_that_names_nothing_is_refused(engine: Engine) -> None:
    _submit(engine, _contract())
    with pytest.raises(ActRefused, match="what is missing"):
        return_(engine, "edu.schools", HEAD, ["  "], now=NOW)


def test_what_stood_in_the_entry_at_a_former_return_cannot_be_asked_for_later(engine: Engine) -> None:
    _submit(engine, _contract())
    return_(engine, "edu.schools", HEAD, ["summary: 补摘要"], now=NOW)
    _submit(engine, _contract(summary="全市学校", update_cycle=UpdateCycle.MONTHLY))
    with pytest.raises(ActRefused) as refused:
        return_(engine, "edu.schools", HEAD, ["title: 太短", "summary: 太长"], now=NOW)
    assert [(r.code, r.where) for r in refused.value.denial.reasons] == [("catalog.return.late", "title")]
    # What has changed since, and what was asked for and not done, may be asked for again.
    return_(engine, "edu.schools", HEAD, ["summary: 太长", "update_cycle: 应为每年"], now=NOW)


def test_one_office_is_not_bound_by_the_list_of_the_other(engine: Engine) -> None:
    _submit(engine, _contract())
    return_(engine, "edu.schools", HEAD, ["summary: 补摘要"], now=NOW)
    _submit(engine)
    sign_off(engine, "edu.schools", HEAD, now=NOW)
    assert return_(engine, "edu.schools", AUTHORITY, ["title: 太短"], now=NOW).after == "returned"


def test_the_same_revision_may_be_submitted_again_with_what_was_missing_beside_it(engine: Engine) -> None:
    contract = _contract(fields=(Field(name="area", personal=True),))
    _submit(engine, contract)
    return_(engine, "edu.schools", HEAD, ["补影响评估"], now=NOW)
    done = _submit(engine, assessment="PIA-2026-9")
    assert (done.state, done.revision, done.changed, done.open_points) == ("checked", 1, False, ())


def test_a_returned_entry_is_not_carried_on_by_cataloguing_it_unchanged(engine: Engine) -> None:
    _submit(engine, _contract())
    return_(engine, "edu.schools", HEAD, ["补摘要"], now=NOW)
    (done,) = catalogue_all(engine, [(_contract(), None)], Acts("张三", "nightly", NOW))
    assert done.state == "returned"
    assert any("returned" in point for point in done.open_points)


# text -> whether it carries what is not shared, whether it carries a refusal
BASES = [
    ("《中华人民共和国个人信息保护法》第十三条", True, True), ("统计法第二十五条", True, True),
    ("国务院令第809号", True, True), ("国发〔2022〕14号", True, True),
    ("《市场主体登记管理条例》第五条", True, True), ("《上海市数据条例》第十条", False, True),
    ("《政府信息公开办法》第三条", False, True), ("发改数据规〔2025〕26号", False, True),
    ("单位内部规定", False, False), ("领导不同意", False, False), ("", False, False),
]  # fmt: skip


@pytest.mark.parametrize(("text", "withheld", "refusal"), BASES)
def test_a_basis_is_taken_from_a_controlled_list_of_kinds(text: str, withheld: bool, refusal: bool) -> None:
    assert cited(text, WITHHELD, NOW.date()).carries is withheld
    assert cited(text, REFUSAL, NOW.date()).carries is refusal


def test_not_sharing_on_a_local_regulation_is_refused_with_the_kinds_that_carry_it(engine: Engine) -> None:
    with pytest.raises(Refused) as refused:
        _submit(engine, _contract(sharing=Sharing(ShareType.WITHHELD, "", "《云州市数据条例》第十条")))
    (reason,) = refused.value.denial.reasons
    assert (reason.code, "law 法律" in reason.allowed) == ("catalog.basis.kind", True)


def test_a_refusal_cites_a_basis_and_takes_nothing_out_of_force(engine: Engine) -> None:
    _publish(engine, _contract())
    _submit(engine, _contract(title="新名录"))
    sign_off(engine, "edu.schools", HEAD, now=NOW)
    with pytest.raises(ActRefused, match="cites what it rests on"):
        refuse(engine, "edu.schools", AUTHORITY, basis="不合适", reason="r", now=NOW)
    refuse(engine, "edu.schools", AUTHORITY, basis="《政务数据共享条例》第十六条", reason="r", now=NOW)
    with reading(engine) as connection:
        assert revisions.current(connection, "edu.schools").contract.title == "学校名录"
        assert [hit.title for hit in search(connection, "学校名录")] == ["学校名录"]
        way = revisions.pending(connection, "edu.schools")
        assert way is not None
        assert (way.number, way.state, way.contract.title) == (2, "refused", "新名录")


def _clocks(engine: Engine) -> dict[str, tuple[str, date | None]]:
    with reading(engine) as connection:
        found = clocks_of(connection, clocks.subject("edu.schools"))
        return {clock.rule: (clock.state, clock.due_on) for clock in found}


def test_a_trigger_runs_ten_working_days_and_ends_when_the_update_is_submitted(engine: Engine) -> None:
    _publish(engine, _contract())
    trigger(engine, "edu.schools", STEWARD, kind="law", what="修法", now=NOW)
    # A Thursday before 中秋 (25–27 September off) and 国庆 (1–7 October off, 10 October worked).
    assert _clocks(engine)["catalogue_update"] == ("running", date(2026, 10, 15))
    later = NOW + timedelta(days=6)
    _submit(engine, _contract(title="新名录"), later)
    assert _clocks(engine)["catalogue_update"][0] == "done"
    (told,) = _history(engine)["triggers"]
    assert (told["kind"], told["answered_by"]) == ("law", 2)
    with pytest.raises(ActRefused, match="answers a recorded trigger"):
        retract(engine, "edu.schools", STEWARD, reason="r", now=later)


def test_the_review_clock_stands_still_while_the_entry_is_returned(engine: Engine) -> None:
    _submit(engine, _contract())
    sign_off(engine, "edu.schools", HEAD, now=NOW)
    assert _clocks(engine)["catalogue_review"] == ("running", date(2026, 9, 29))
    return_(engine, "edu.schools", AUTHORITY, ["summary: 补摘要"], now=NOW)
    assert _clocks(engine)["catalogue_review"] == ("paused", None)
    later = datetime(2026, 10, 12, 8, 0, tzinfo=UTC)
    _submit(engine, _contract(summary="全市学校"), later)
    sign_off(engine, "edu.schools", HEAD, now=later)
    assert _clocks(engine)["catalogue_review"] == ("running", date(2026, 10, 13))
    approve(engine, "edu.schools", AUTHORITY, now=later)
    assert _clocks(engine)["catalogue_review"][0] == "done"


# A change of the contract in force -> the paths at which a condition was added
ADDED: list[tuple[dict[str, Any], list[str]]] = [
    ({"sharing": CONDITIONAL}, ["sharing.type", "sharing.condition", "sharing.scope", "sharing.use"]),
    ({"sharing": replace(OPEN, methods=())}, []),
    ({"sharing": replace(OPEN, methods=(ShareMethod.FILE,))}, ["sharing.methods"]),
    ({"fields": (Field(name="code", sharing=ShareType.CONDITIONAL), Field(name="area")),
      "sharing": replace(OPEN, basis="条例", condition="须申请")}, ["fields.code.sharing"]),
    ({"title": "新名录"}, []),
]  # fmt: skip


@pytest.mark.parametrize(("stated", "paths"), ADDED)
def test_what_is_harder_to_have_than_before_is_an_added_condition(
    stated: dict[str, Any], paths: list[str]
) -> None:
    assert [each.path for each in added_conditions(_contract(), _contract(**stated))] == paths


def test_an_added_condition_is_published_only_when_the_authority_has_seen_it(engine: Engine) -> None:
    _publish(engine, _contract())
    _submit(engine, _contract(sharing=CONDITIONAL))
    sign_off(engine, "edu.schools", HEAD, now=NOW)
    with pytest.raises(ActRefused) as refused:
        approve(engine, "edu.schools", AUTHORITY, now=NOW)
    assert {reason.code for reason in refused.value.denial.reasons} == {"catalog.added_condition"}
    approve(engine, "edu.schools", AUTHORITY, now=NOW, seen_added_condition=True)
    assert {each["seen_by"] for each in _history(engine)["findings"]} == {"数据局"}


def test_cataloguing_in_one_go_does_not_pass_an_added_condition_silently(engine: Engine) -> None:
    acts = Acts("张三", "r", NOW)
    catalogue_all(engine, [(_contract(), None)], acts)
    (waits,) = catalogue_all(engine, [(_contract(sharing=CONDITIONAL), None)], acts)
    assert (waits.state, waits.in_force) == ("signed_off", 1)
    assert any("seen_added_condition" in point for point in waits.open_points)
    (done,) = catalogue_all(
        engine, [(_contract(sharing=CONDITIONAL), None)], replace(acts, seen_added_condition=True)
    )
    assert (done.state, done.revision) == ("published", 2)
    assert {each["seen_by"] for each in _history(engine)["findings"]} == {"张三"}


def test_a_breaking_revision_is_announced_to_who_composes_from_it(engine: Engine) -> None:
    _publish(engine, _contract())
    theme = _contract(
        "theme.places", department=Party("云州市民政局", "D2"), fields=(Field(name="area"),),
        composed=Composed(Composition.UNIT_LEVEL, "SELECT area FROM edu.schools"),
    )  # fmt: skip
    _publish(engine, theme)
    whole, number = Field(name="code", business_name="标识码"), Field(name="area", type=FieldType.INTEGER)
    _submit(engine, _contract(fields=(whole, number)))
    with reading(engine) as connection:
        assert announcements(connection) == ()
    sign_off(engine, "edu.schools", HEAD, now=NOW)
    assert approve(engine, "edu.schools", AUTHORITY, now=NOW).told == 1
    with reading(engine) as connection:
        (told,) = announcements(connection, organisation="D2", open_only=True)
        assert announcements(connection, organisation="D3") == ()
    assert (told.kind, told.target, told.to_revision) == ("composed", "theme.places", 2)
    assert any("type is integer" in reason for reason in told.reasons)
    with writing(engine) as connection:
        assert acknowledge(connection, told.id, "王五", NOW).acknowledged_by == "王五"
        with pytest.raises(AnnouncementError, match="already"):
            acknowledge(connection, told.id, "赵六", NOW)
        assert announcements(connection, open_only=True) == ()


def test_a_compatible_revision_is_announced_to_nobody(engine: Engine) -> None:
    _publish(engine, _contract())
    _publish(engine, _contract(summary="全市学校"))
    with reading(engine) as connection:
        assert announcements(connection) == ()


def test_an_entry_is_shown_as_it_was_on_a_day(engine: Engine) -> None:
    _publish(engine, _contract())
    second, third = NOW + timedelta(days=5), NOW + timedelta(days=20)
    _submit(engine, _contract(title="新名录"), second)
    sign_off(engine, "edu.schools", HEAD, now=third)
    approve(engine, "edu.schools", AUTHORITY, now=third)
    with reading(engine) as connection:
        then = telling.as_of(connection, "edu.schools", (NOW + timedelta(days=6)).date())
        now = telling.as_of(connection, "edu.schools", third.date())
        assert [r.number for r in revisions.as_of(connection, second)] == [1]
        assert [r.number for r in revisions.as_of(connection, third)] == [2]
        with pytest.raises(telling.NotYet):
            telling.as_of(connection, "edu.schools", date(2026, 9, 1))
    assert (then["revision"], then["state"], then["contract"]["name"]) == (1, "published", "学校名录")
    assert then["pending"] == {"revision": 2, "state": "checked"}
    assert (now["revision"], now["state"], now["pending"]) == (2, "published", None)


def test_a_withdrawn_entry_is_found_by_nobody_until_it_is_published_again(engine: Engine) -> None:
    _publish(engine, _contract())
    withdraw(engine, "edu.schools", AUTHORITY, reason="停用", now=NOW)
    with reading(engine) as connection:
        assert search(connection, "学校") == ()
        assert revisions.current(connection, "edu.schools").state == "withdrawn"
    _publish(engine, _contract())
    with reading(engine) as connection:
        assert [hit.name for hit in search(connection, "学校")] == ["edu.schools"]
        assert revisions.current(connection, "edu.schools").number == 1


@pytest.fixture
def separate(tmp_path: Path) -> Iterator[None]:
    """An installation whose rule asks for one person an office."""
    (tmp_path / "cataloguing.yaml").write_text(
        "rules:\n  - {name: separate_offices, value: require, source: 三员, valid_from: 2020-01-01,"
        " confidence: policy}\n",
        encoding="utf-8",
    )
    rulebook.lay_over(tmp_path)
    yield
    rulebook.lay_over(None)


def test_one_person_in_two_offices_is_noted(engine: Engine) -> None:
    _submit(engine, _contract())
    act = sign_off(engine, "edu.schools", Who(" 张三", Office.HEAD), now=NOW)
    assert act.details["same_person"] == ["steward"]


@pytest.mark.usefixtures("separate")
def test_one_person_in_two_offices_is_refused_where_the_rule_asks_for_two(engine: Engine) -> None:
    _submit(engine, _contract())
    with pytest.raises(Refused) as refused:
        sign_off(engine, "edu.schools", Who(" 张三", Office.HEAD), now=NOW)
    assert refused.value.denial.reasons[0].code == "catalog.offices.separate"
    sign_off(engine, "edu.schools", HEAD, now=NOW)
    with pytest.raises(Refused):
        catalogue_all(engine, [(_contract("a.other"), None)], Acts("张三", "r", NOW))
    with reading(engine) as connection:
        assert [r.name for r in revisions.all_current(connection)] == ["edu.schools"]


def test_the_difference_names_every_changed_part_and_who_made_each_revision(engine: Engine) -> None:
    _publish(engine, _contract())
    fields = (Field(name="code", business_name="学校标识码", required=True), Field(name="kind"))
    _publish(engine, _contract(sharing=CONDITIONAL, fields=fields))
    with reading(engine) as connection:
        told = difference(connection, "edu.schools", "1", "2")
        by_code = difference(connection, told["code"], "2026-09-24", "2")
        with pytest.raises(NoSuchRevision):
            difference(connection, "edu.schools", "1", "3")
        with pytest.raises(NoSuchRevision):
            difference(connection, "edu.schools", "1", "yesterday")
    by_path = {change["path"]: change for change in told["changes"]}
    assert told["verdict"] == "breaking"
    assert by_path["fields.area"]["breaking"]
    assert (by_path["sharing.type"]["before"], by_path["sharing.type"]["after"]) == (
        "unconditional", "conditional",
    )  # fmt: skip
    assert not by_path["fields.code.required"]["breaking"]
    assert not by_path["fields.kind"]["breaking"]
    assert [(r["revision"], r["by"], r["reason"]) for r in told["revisions"]] == [
        (1, "张三", "改版"), (2, "张三", "改版"),
    ]  # fmt: skip
    assert by_code["changes"] == []  # the day ends with the second revision in force


def test_two_equal_contracts_have_no_difference() -> None:
    assert changed(_contract(), _contract()) == ()


def test_what_sharing_under_conditions_states_survives_its_file() -> None:
    kept = from_document(to_document(_contract(sharing=CONDITIONAL)))
    assert (kept.sharing.reason, kept.sharing.scope, kept.sharing.use) == (
        "含个人信息",
        "市级部门",
        "资格核验",
    )
    names = {each["property"] for each in to_document(_contract())["customProperties"]}
    assert not names & {"shareReason", "shareScope", "shareUse"}


def test_many_entries_are_entered_in_one_transaction_or_none(engine: Engine) -> None:
    given = [(_contract(f"a.t{i}"), None) for i in range(40)]
    acts = Acts("张三", "r", NOW)
    secret = (_contract("army.barracks", title="秘密", secrecy=Secrecy.STATE), None)
    with pytest.raises(ManyRefused) as refused, writing(engine) as connection:
        enter_all(connection, [*given, secret], acts, submit=True)
    assert "army" not in str(refused.value)
    with writing(engine) as connection:
        done = enter_all(connection, given, acts, submit=True)
    assert {one.state for one in done} == {"checked"}
    assert len({one.code for one in done}) == 40
    with writing(engine) as connection:
        again = enter_all(connection, given, acts, submit=True, publish=True)
        count = connection.execute(select(func.count()).select_from(entries)).scalar_one()
    assert ({one.state for one in again}, count) == ({"published"}, 40)


def test_the_commands_lead_an_entry_from_its_file_to_publication(engine: Engine, tmp_path: Path) -> None:
    from catalog.cataloging.cli import approve as approve_command
    from catalog.cataloging.cli import diff, entry
    from catalog.cataloging.cli import submit as submit_command
    from contracts.odcs.files import dumps

    def run(command: Any, *words: str) -> Any:
        return CliRunner().invoke(command, list(words), catch_exceptions=False)

    path = tmp_path / "schools.yaml"
    path.write_text(dumps(_contract()), encoding="utf-8")
    ((line,),) = (json.loads(run(submit_command, str(path), "--by", "张三", "--json").stdout),)
    assert (line["state"], line["revision"]) == ("checked", 1)
    returned = run(entry, "return", "edu.schools", "--as", "head", "--missing", "summary: 补", "--json")
    assert json.loads(returned.stdout)["after"] == "returned"
    assert run(submit_command, "edu.schools").exit_code == 0
    assert run(entry, "sign", "edu.schools", "--by", "李局长").exit_code == 0
    assert json.loads(run(approve_command, "edu.schools", "--json").stdout)["state"] == "published"
    assert run(submit_command, "no.such").exit_code == 1
    listed = json.loads(run(entry, "list", "--state", "published", "--json").stdout)
    assert [each["name"] for each in listed] == ["edu.schools"]
    assert run(entry, "list", "--state", "nowhere").exit_code == 2
    assert "return" in run(entry, "history", "edu.schools").stdout
    assert json.loads(run(diff, "edu.schools", "1", "1", "--json").stdout)["verdict"] == "same"
