"""Cataloguing: what enters the ledger, what is refused at the door, and the evidence of each act."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from catalog import revisions
from catalog.authority import claims, naming
from catalog.cataloging.entering import Acts, Refused, catalogue, catalogue_all
from catalog.errors import UnknownDataset
from catalog.lineage.columns import LineageCycle, UnknownInput, edges_around
from catalog.numbering import RESOURCE_CODE, GovernmentCatalogue, UnknownClass
from catalog.store import reading, writing
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.ledger import entries
from contracts.model import (
    Composed,
    Composition,
    Contract,
    Field,
    Party,
    Secrecy,
    ShareType,
    Sharing,
    UpdateCycle,
)
from policies.machine import Office

NOW = datetime(2026, 9, 24, 8, 0, tzinfo=UTC)
OPEN = Sharing(ShareType.UNCONDITIONAL, "无条件", "")
CONDITIONAL = Sharing(
    ShareType.CONDITIONAL, "用于履行法定职责", "政务数据共享条例",
    reason="含个人信息", scope="本市政务部门", use="资格核验",
)  # fmt: skip


def _contract(name: str = "civil.population", **rest: Any) -> Contract:
    schema, table = name.split(".")
    values: dict[str, Any] = {
        "id": name, "title": "常住人口", "schema": schema, "table": table, "status": "active",
        "department": Party("云州市公安局"), "classification": "基础/人口", "sharing": CONDITIONAL,
        "fields": (Field(name="area", business_name="区划"),),
    }  # fmt: skip
    return Contract(**(values | rest))


def _catalogue(engine: Engine, *contracts: Contract, **acts: str) -> Any:
    done = catalogue_all(
        engine, [(c, None) for c in contracts], Acts(by="张三", reason="first", now=NOW, **acts)
    )
    return done[0] if len(done) == 1 else done


def _events(engine: Engine) -> list[tuple[str, str, dict[str, Any]]]:
    with reading(engine) as connection:
        rows = connection.execute(
            select(evidence_entries.c.event, evidence_entries.c.subject, evidence_entries.c.body)
        )
        return [(event, subject, json.loads(body)) for event, subject, body in rows]


def test_an_entry_is_published_by_five_recorded_acts(engine: Engine) -> None:
    done = _catalogue(engine, _contract(), signed_off_by="李局长", reviewed_by="数据局")
    assert (done.state, done.revision, done.changed, done.open_points) == ("published", 1, True, ())
    acts = [(event, body["actor"]) for event, _, body in _events(engine)]
    assert acts == [
        ("catalog:entry:compile", "张三"),
        ("catalog:entry:check", "张三"),
        ("catalog:entry:sign_off", "李局长"),
        ("catalog:entry:review", "数据局"),
        ("catalog:entry:publish", "数据局"),
    ]


def test_the_same_contract_makes_no_second_revision(engine: Engine) -> None:
    first = _catalogue(engine, _contract())
    again = _catalogue(engine, _contract())
    assert (again.entry_id, again.revision, again.changed) == (first.entry_id, 1, False)
    assert len(_events(engine)) == 5


def test_a_changed_contract_is_a_new_revision_and_the_former_stays(engine: Engine) -> None:
    first = _catalogue(engine, _contract())
    second = _catalogue(engine, _contract(title="常住人口登记", fields=(Field(name="place"),)))
    assert (second.entry_id, second.code, second.revision) == (first.entry_id, first.code, 2)
    with reading(engine) as connection:
        former, latest = revisions.history(connection, "civil.population")
        assert (former.contract.title, latest.contract.title) == ("常住人口", "常住人口登记")
        assert revisions.current(connection, "civil.population") == latest
        assert revisions.number(connection, "civil.population", 1) == former
    (compiled,) = [b for e, _, b in _events(engine) if e.endswith("compile") and b["revision"] == 2]
    assert any("area" in reason for reason in compiled["breaks"])


def test_the_ledger_is_known_as_of_an_instant(engine: Engine) -> None:
    catalogue(engine, _contract(), path=None, by="a", reason="r", now=NOW)
    later = NOW + timedelta(days=3)
    catalogue(engine, _contract(title="新"), path=None, by="a", reason="r", now=later)
    with reading(engine) as connection:
        assert revisions.as_of(connection, NOW - timedelta(seconds=1)) == ()
        assert [r.contract.title for r in revisions.as_of(connection, NOW)] == ["常住人口"]
        assert [r.contract.title for r in revisions.as_of(connection, later)] == ["新"]


def test_a_revision_reads_back_as_the_contract_it_was(engine: Engine) -> None:
    contract = _contract(update_cycle=UpdateCycle.MONTHLY, tags=("人口", "基础库"))
    entry = catalogue(engine, contract, path=Path("a.yaml"), by="a", reason="why", now=NOW)
    with reading(engine) as connection:
        found = revisions.current(connection, contract.name)
    assert found.contract == contract
    assert (found.entry_id, found.reason, found.made_by, found.made_at) == (entry, "why", "a", NOW)
    assert found.path == Path("a.yaml").resolve()


def test_an_unknown_dataset_is_named(engine: Engine) -> None:
    with reading(engine) as connection, pytest.raises(UnknownDataset, match=r"no\.such"):
        revisions.current(connection, "no.such")


# What a contract states -> the code of the reason it is refused for
REFUSALS: list[tuple[dict[str, Any], str]] = [
    ({"secrecy": Secrecy.STATE}, "catalog.secrecy"),
    ({"secrecy": Secrecy.WORK}, "catalog.secrecy"),
    ({"secrecy": Secrecy.STATE, "status": "draft"}, "catalog.secrecy"),
    ({"sharing": Sharing(ShareType.WITHHELD, "不予共享", "")}, "catalog.basis.withheld"),
    ({"sharing": Sharing(ShareType.WITHHELD, "不予共享", "  ")}, "catalog.basis.withheld"),
    ({"sharing": Sharing(ShareType.CONDITIONAL, "", "条例")}, "catalog.basis.conditional"),
    ({"sharing": Sharing(ShareType.CONDITIONAL, "条件", "")}, "catalog.basis.conditional"),
    (
        {"sharing": OPEN, "fields": (Field(name="a", sharing=ShareType.WITHHELD),)},
        "catalog.basis.withheld",
    ),
    ({"sharing": Sharing(ShareType.WITHHELD, "", "法"), "open": True}, "catalog.open.withheld"),
]


@pytest.mark.parametrize(("stated", "code"), REFUSALS)
def test_what_may_not_be_listed_is_refused_and_the_refusal_recorded(
    engine: Engine, stated: dict[str, Any], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        _catalogue(engine, _contract(**stated))
    assert code in [reason.code for reason in refused.value.denial.reasons]
    with reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(entries)).scalar_one() == 0
    ((event, _, body),) = _events(engine)
    assert event == "catalog:entry:refuse"
    assert code in body["reasons"]


def test_not_even_the_name_of_a_secret_is_kept(engine: Engine) -> None:
    with pytest.raises(Refused) as refused:
        _catalogue(engine, _contract("army.barracks", title="秘密", secrecy=Secrecy.STATE))
    assert "army" not in str(refused.value)
    assert "army" not in json.dumps(_events(engine))


def test_a_draft_without_a_basis_stays_compiled_and_says_what_is_missing(engine: Engine) -> None:
    draft = _contract(status="draft", sharing=Sharing())
    done = _catalogue(engine, draft)
    assert done.state == "compiled"
    assert any("shareBasis" in point for point in done.open_points)
    published = _catalogue(engine, replace(draft, sharing=CONDITIONAL))
    assert (published.state, published.revision, published.code) == ("published", 2, done.code)


def test_personal_information_without_an_assessment_leaves_an_open_duty(engine: Engine) -> None:
    fields = (Field(name="a", personal=True),)
    owed = _catalogue(engine, _contract(fields=fields))
    assert owed.state == "published"
    assert "impact assessment" in owed.open_points[0]
    settled = _catalogue(engine, _contract("civil.other", fields=fields), assessment="PIA-2026-7")
    assert settled.open_points == ()
    checks = {subject: body for event, subject, body in _events(engine) if event.endswith(":check")}
    assert checks["civil.population"]["assessment"] == "none recorded"
    assert checks["civil.other"]["assessment"] == "PIA-2026-7"


def test_the_contract_itself_may_carry_the_reference_of_its_assessment(engine: Engine) -> None:
    extra = {"customProperties": [{"property": "impactAssessment", "value": "PIA-2026-8"}]}
    assert (
        _catalogue(engine, _contract(fields=(Field(name="a", personal=True),), extra=extra)).open_points == ()
    )


def _composed(name: str, source: str) -> Contract:
    return _contract(name, composed=Composed(Composition.UNIT_LEVEL, f"SELECT area FROM {source}"))


def test_inputs_are_catalogued_before_what_is_made_from_them_whatever_the_order(engine: Engine) -> None:
    theme = _composed("a.theme", "civil.population")
    done = _catalogue(engine, theme, _contract())
    assert [d.name for d in done] == ["a.theme", "civil.population"]
    with reading(engine) as connection:
        edges, _ = edges_around(connection, "a.theme")
    assert [(e.source_dataset, e.target_dataset, e.subtype) for e in edges] == [
        ("civil.population", "a.theme", "IDENTITY")
    ]


def test_a_composed_dataset_without_its_input_is_refused(engine: Engine) -> None:
    with pytest.raises(UnknownInput):
        _catalogue(engine, _composed("a.theme", "civil.population"))
    with reading(engine) as connection:
        assert revisions.all_current(connection) == ()


def test_a_circle_made_by_a_new_revision_is_refused(engine: Engine) -> None:
    _catalogue(engine, _contract(), _composed("a.theme", "civil.population"))
    with pytest.raises(LineageCycle):
        _catalogue(engine, _composed("civil.population", "a.theme"))
    with reading(engine) as connection:
        assert revisions.current(connection, "civil.population").number == 1


# classification -> class code 分类码
CLASSES = [
    ("基础/人口", "101000"), ("基础/法人", "102000"), ("基础/自然资源和空间地理", "103000"),
    ("主题/社会保障", "203000"), ("主题/生态环保", "211000"), ("部门/民政局", "307000"), ("", "307000"),
]  # fmt: skip


@pytest.mark.parametrize(("classification", "front"), CLASSES)
def test_a_class_code_follows_the_table(classification: str, front: str) -> None:
    assert GovernmentCatalogue(NOW.date()).front(classification) == front


@pytest.mark.parametrize("classification", ["人口", "基础/天气", "主题"])
def test_a_class_the_table_does_not_have_is_refused(classification: str) -> None:
    with pytest.raises(UnknownClass):
        GovernmentCatalogue(NOW.date()).front(classification)


def test_codes_have_the_form_of_the_guide_and_are_never_given_twice(engine: Engine) -> None:
    scheme = GovernmentCatalogue(NOW.date())
    with writing(engine) as connection:
        given = [scheme.next_code(connection, c) for c in ("基础/人口", "基础/人口", "主题/社会保障")]
    assert given == ["101000/000001", "101000/000002", "203000/000001"]
    assert all(RESOURCE_CODE.match(code) for code in given)


def test_a_code_taken_in_a_transaction_that_failed_leaves_no_entry_behind(engine: Engine) -> None:
    with pytest.raises(UnknownInput):
        _catalogue(engine, _composed("a.theme", "no.input"))
    assert _catalogue(engine, _contract()).code == "101000/000001"


def test_one_source_answers_for_a_data_item_at_a_time(engine: Engine) -> None:
    item = Field(name="area", element="industry_code")
    _catalogue(engine, _contract(fields=(item,)), _contract("civil.other", fields=(item,)))
    acts: dict[str, Any] = {"by": "数据局", "now": NOW, "office": Office.AUTHORITY}
    with writing(engine) as connection:
        claims.claim(connection, "civil.population", "area", basis="决定1号", **acts)
        named = naming.source_of(connection, "industry_code")
        assert named is not None
        assert named.place == "civil.population.area"
    with writing(engine) as connection, pytest.raises(naming.AuthorityTaken, match="云州市公安局"):
        claims.claim(connection, "civil.other", "area", basis="决定2号", **acts)
    with writing(engine) as connection:
        claims.withdraw(connection, "industry_code", basis="决定3号", **acts)
        assert naming.source_of(connection, "industry_code") is None
    with writing(engine) as connection, pytest.raises(naming.NoSuchItem):
        claims.withdraw(connection, "industry_code", basis="决定4号", **acts)


def test_a_dataset_without_the_item_cannot_answer_for_it(engine: Engine) -> None:
    _catalogue(engine, _contract())
    with writing(engine) as connection, pytest.raises(naming.NoSuchItem):
        claims.claim(connection, "civil.population", "area", basis="x", by="数据局", now=NOW)
