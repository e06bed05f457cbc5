"""Data security incidents: who received what, stopped in one act, told in time, closed by two; and drills."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from sqlalchemy import func, insert, select

from catalog.clocks.duties import duties
from catalog.stops import closed
from catalog.store import reading, writing
from catalog.store.tables.backflow import deliveries, grassroots_bodies, subscriptions
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.ledger import entries
from catalog.store.tables.releases import releases
from catalog.store.tables.supplies import stops, supplies, supply_transfers
from catalog.store.tables.watch import incidents as rows
from policies.access import Role
from policies.machine import IllegalStep, Office
from space.api.app import create_app
from space.cli.watch.alerts import alert as alert_command
from space.cli.watch.incidents_notices import incident as incident_command
from space.engines.workers.pool import Pool
from space.errors import Refused, Unknown
from space.identity.tokens import issue as token_for
from space.watch import alerts, closing, containing, notices
from space.watch.containing import Target
from space.watch.drafting import BLANK
from space.watch.exposure import exposed
from space.watch.incidents import by_id, figures
from space.watch.opening import Opening, escalate, of_alert, open_incident
from space.watch.reporting import page, report
from tests.space.money.till import BODY, BUREAU, FIRM, NOON, OTHER, Till
from tests.space.serving import serving

FIRMS, PEOPLE = "market.firms", "civil.population"
SINCE = NOON - timedelta(days=1)
CIPHER = "f" * 64


def act(till: Till, done: Callable[[Any], Any]) -> Any:
    with writing(till.engine) as connection:
        return done(connection)


def look(till: Till, done: Callable[[Any], Any]) -> Any:
    with reading(till.engine) as connection:
        return done(connection)


def with_entries(till: Till) -> None:
    """The datasets of the till's grants stand in the ledger."""
    for number, name in enumerate((FIRMS, PEOPLE)):
        values = {
            "id": f"ent_{number}", "name": name, "code": f"C{number}", "title": name,
            "department": "市场监管局", "department_code": BODY, "state": "published",
            "current_revision": 1, "created_at": NOON,
        }  # fmt: skip
        act(till, lambda c, v=values: c.execute(insert(entries).values(**v)))


def opened(till: Till, **stated: Any) -> Any:
    values: dict[str, Any] = {"kind": "leak", "severity": "larger", "statement": "外部来电", "since": SINCE}
    return act(till, lambda c: open_incident(c, Opening(**values | stated), by="安全员", now=till.now))


def count(till: Till, table: Any) -> int:
    return int(look(till, lambda c: c.execute(select(func.count()).select_from(table)).scalar_one()))


def settle_notices(till: Till, incident: str) -> None:
    """Send every draft as a person would: blanks filled in, with a proof."""
    for each in look(till, lambda c: notices.notices_of(c, incident)):
        if each.state == "draft":
            text = each.text.replace(BLANK, "已核实")
            act(till, lambda c, i=each.id, t=text: notices.edit(c, i, t, by="安全员", now=till.now))
            act(till, lambda c, i=each.id: notices.send(c, i, proof="回执 12 号", by="安全员", now=till.now))


def release(till: Till) -> str:
    values: dict[str, Any] = {
        "id": "rel_9", "dataset": PEOPLE, "number": 1, "revision": 1, "vault_version": 1,
        "protected_version": 1, "row_count": 9, "content_hash": CIPHER, "fingerprint": CIPHER,
        "lines_read": 9, "landed": 9, "typed": 9,
        "quarantined": 0, "counts": {}, "dimensions": {}, "grade": 3, "facts": {}, "published_at": NOON,
        "evidence_id": "",
    }  # fmt: skip
    act(till, lambda c: c.execute(insert(releases).values(**values)))
    return "rel_9"


def handed(till: Till, held: Any, supply: str, *, sent: int) -> None:
    """A supply that is ready, and a download of it."""
    made = {
        "id": supply, "grant_id": held.id, "receiver": held.grantee, "dataset": FIRMS, "release_id": "rel_1",
        "terms_digest": CIPHER, "statement": supply, "form": "csv", "reads": "", "columns": [],
        "state": "ready",
        "made_by": "周敏", "made_at": NOON, "deadline_at": NOON, "ready_at": NOON, "rows": 244,
        "size_bytes": 900,
        "receipt_id": "rcp_1", "evidence_id": "ev_s",
    }  # fmt: skip
    got = {
        "id": f"t_{supply}", "supply_id": supply, "first_byte": 0, "last_byte": 899, "sent_bytes": sent,
        "state": "whole", "began_at": NOON, "seen_at": NOON,
    }  # fmt: skip
    act(till, lambda c: (c.execute(insert(supplies).values(**made)),
                         c.execute(insert(supply_transfers).values(**got))))  # fmt: skip


def flowed_back(till: Till) -> None:
    """A delivery of rows to a grass-roots body."""
    made = release(till)
    body = {"code": BUREAU, "area": "990101", "registered_at": NOON}
    subscription = {
        "id": "sub_1", "subscriber": BUREAU, "area": "990101", "dataset": PEOPLE, "fields": [], "plain": [],
        "basis": "x", "state": "active", "opened_by": "周敏", "opened_at": NOON, "evidence_id": "",
    }  # fmt: skip
    delivery = {
        "id": "dlv_1", "subscription_id": "sub_1", "dataset": PEOPLE, "area": "990101", "release_id": made,
        "since_release_id": "", "added": 7, "changed": 0, "removed": 0, "delivered": 7, "total": 7,
        "unattributed": 0, "other_areas": 0, "path": "p", "sha256": CIPHER, "state": "sent", "sent_at": NOON,
        "evidence_id": "ev_d",
    }  # fmt: skip
    for table, values in ((grassroots_bodies, body), (subscriptions, subscription), (deliveries, delivery)):
        act(till, lambda c, t=table, v=values: c.execute(insert(t).values(**v)))


def test_the_exposure_list_says_who_received_what_and_no_more(either: Till) -> None:
    with_entries(either)
    firm, other = either.grant(), either.grant(OTHER, dataset=PEOPLE)
    for question in ("a", "b", "a"):  # the third is handed out again
        either.answer(firm, question)
    either.answer(other, "v", product="verification", records=3)
    either.refused(firm)
    handed(either, firm, "sup_1", sent=900)
    handed(either, firm, "sup_2", sent=0)  # nobody fetched it
    flowed_back(either)
    incident = opened(either)
    lines = look(either, lambda c: exposed(c, by_id(c, incident.id).scope(either.now)))
    assert sorted((x.organisation, x.dataset, x.way, x.times, x.rows, x.receipts) for x in lines) == sorted(
        [
            (FIRM, FIRMS, "answer", 3, None, 3),
            (FIRM, FIRMS, "file", 1, 244, 1),
            (OTHER, PEOPLE, "verification", 1, 3, 1),
            (BUREAU, PEOPLE, "backflow", 1, 7, 0),
        ]
    )

    def only(**stated: Any) -> set[tuple[str, str]]:
        found = opened(either, **stated)
        return {(x.organisation, x.way) for x in look(either, lambda c: exposed(c, found.scope(either.now)))}

    assert only(datasets=(FIRMS,)) == {(FIRM, "answer"), (FIRM, "file")}
    assert only(grant=other.id) == only(organisation=OTHER) == {(OTHER, "verification")}
    assert only(since=SINCE, until=NOON - timedelta(hours=1)) == set()
    told = look(either, lambda c: {x.addressee for x in notices.notices_of(c, incident.id)})
    assert {
        "数据运营公司",
        "另一公司",
        "发展改革委",
        "市场监管局",
        "受影响的个人",
        "属地省级网信部门",
    } <= told


def test_containment_stops_in_one_act_or_not_at_all(either: Till, told: Callable[[Any], list[str]]) -> None:
    with_entries(either)
    held = either.grant()
    either.answer(held, "a")
    incident = opened(either, grant=held.id)
    before = count(either, evidence_entries)
    targets = (Target("organisation", FIRM), Target("dataset", "no.where"))
    with pytest.raises(Unknown):
        act(
            either,
            lambda c: containing.contain(c, incident.id, targets, reason="x", by="安全员", now=either.now),
        )
    assert (count(either, stops), count(either, evidence_entries)) == (0, before)

    def contain(*aims: Target, reason: str = "止损") -> Any:
        return act(
            either,
            lambda c: containing.contain(c, incident.id, aims, reason=reason, by="安全员", now=either.now),
        )

    with pytest.raises(Refused) as refused:
        contain(reason="")
    assert told(refused.value) == ["incident.reason"]
    assert contain().state == "contained"
    (stop,) = look(either, lambda c: containing.stops_of(c, incident.id))
    assert (stop.target, stop.stood, stop.effects["grants"]) == (Target("organisation", FIRM), False, 1)
    reason = look(either, lambda c: closed(c, FIRM, [FIRMS]))
    assert reason is not None
    assert reason.code == "stop.organisation"
    draft = look(either, lambda c: notices.notices_of(c, incident.id)[0].text)
    assert f"停止向其提供数据：{FIRM}" in draft, "drafts nobody edited say what was done"
    with pytest.raises(Refused) as refused:
        contain()
    assert told(refused.value) == ["incident.contained"]
    assert contain(Target("dataset", FIRMS)).state == "contained"
    again = opened(either, datasets=(FIRMS,))
    after = act(either, lambda c: containing.contain(c, again.id, reason="同源", by="安全员", now=either.now))
    assert after.state == "contained"
    assert look(either, lambda c: containing.stops_of(c, again.id))[0].stood
    assert count(either, stops) == 2
    bare = opened(either)
    with pytest.raises(Refused) as refused:
        act(either, lambda c: containing.contain(c, bare.id, reason="x", by="安全员", now=either.now))
    assert told(refused.value) == ["incident.target"]


def test_a_drill_says_what_it_would_stop_and_stops_nothing(till: Till) -> None:
    with_entries(till)
    till.grant()
    drill = opened(till, datasets=(FIRMS,), drill=True)
    act(till, lambda c: containing.contain(c, drill.id, reason="年度演练", by="安全员", now=till.now))
    (stop,) = look(till, lambda c: containing.stops_of(c, drill.id))
    assert (stop.stop_id, stop.effects) == (
        None,
        {"datasets": 1, "grants": 1, "calls_under_way": 0, "addresses": 0, "subscriptions": 0},
    )
    assert count(till, stops) == 0
    assert look(till, lambda c: closed(c, FIRM, [FIRMS])) is None
    assert look(till, figures) == {"total": 0}
    assert not [d for d in look(till, lambda c: duties(c, date(2026, 9, 30))) if "incident" in d.subject]
    text = look(till, lambda c: page(report(c, drill.id, till.now)))
    assert text.startswith("# 【演练】数据安全事件处置报告")
    assert "模拟停用（未实际停用）" in text
    assert all(x.text.startswith("【演练】") for x in look(till, lambda c: notices.notices_of(c, drill.id)))
    acts = select(evidence_entries.c.body).where(evidence_entries.c.event.like("space:incident:%"))
    bodies = look(till, lambda c: c.execute(acts).scalars().all())
    assert bodies
    assert all('"drill":true' in body for body in bodies)


def test_notices_have_the_last_instants_of_their_dated_rules(till: Till) -> None:
    with_entries(till)
    till.answer(till.grant(), "a")

    def owed(**stated: Any) -> dict[str, datetime]:
        made = opened(till, **stated)
        return {x.rule: x.due_at for x in look(till, lambda c: notices.notices_of(c, made.id))}

    hours = {"authority": 24, "protection": 24, "persons": 72}
    in_force = {name: NOON + timedelta(hours=number) for name, number in hours.items()}
    # The day after is a holiday, then a weekend: the working day is Monday.
    in_force |= dict.fromkeys(("receivers", "providers"), datetime(2026, 9, 28, 15, 59, 59, tzinfo=UTC))
    assert owed(severity="general") == in_force
    assert owed(severity="general", traits=()).keys() == {"authority", "receivers", "providers"}
    grave = owed(severity="grave", traits=("critical", "important"))
    assert (grave["cyberspace"], grave["critical"]) == (NOON + timedelta(hours=4), NOON + timedelta(hours=1))
    assert "important" in grave


def test_an_incident_goes_from_opening_to_close_by_its_table_alone(
    till: Till, told: Callable[[Any], list[str]]
) -> None:
    with_entries(till)
    held = till.grant()
    till.answer(held, "a")
    incident = opened(till, organisation=FIRM)

    def refused(done: Callable[[Any], Any]) -> list[str]:
        with pytest.raises((Refused, IllegalStep)) as found:
            act(till, done)
        return told(found.value)

    def later(step: Callable[..., Any], by: str = "安全员", **stated: Any) -> Any:
        return lambda c: step(c, incident.id, by=by, now=till.now, **stated)

    step = ["procedure.step"]
    assert refused(later(closing.notify)) == step
    assert refused(later(closing.resolve, reason="x")) == step
    assert refused(later(closing.agree)) == step
    till.later(hours=5)
    act(till, later(containing.contain, reason="止损"))
    assert refused(later(closing.notify)) == ["incident.untold"]
    assert refused(later(closing.dismiss, reason="误报")) == step
    by_rule = {x.rule: x for x in look(till, lambda c: notices.notices_of(c, incident.id))}
    first = by_rule["cyberspace"]

    def send(**stated: Any) -> Callable[[Any], Any]:
        return lambda c: notices.send(c, first.id, **{"proof": "1", "by": "安全员", "now": till.now} | stated)

    assert refused(send(proof=" ")) == ["incident.proof"]
    assert refused(send()) == ["incident.blank"]
    act(till, lambda c: notices.edit(c, first.id, "已核实", by="安全员", now=till.now))
    assert refused(send(sent_at=till.now + timedelta(minutes=1))) == ["incident.sent_at"]
    assert act(till, send()).late, "an hour after its last instant"
    assert refused(send()) == ["incident.notice_over"]
    waiving = {"reason": "已采取措施避免危害", "by": "安全员", "now": till.now}
    assert refused(lambda c: notices.waive(c, by_rule["authority"].id, **waiving)) == [
        "incident.not_waivable"
    ]
    assert act(till, lambda c: notices.waive(c, by_rule["persons"].id, **waiving)).state == "waived"
    owed = [
        d.what for d in look(till, lambda c: duties(c, date(2026, 9, 24))) if d.subject.endswith(incident.id)
    ]
    assert any("同级政务数据共享主管部门" in what for what in owed)
    settle_notices(till, incident.id)
    assert act(till, later(closing.notify)).state == "notified"
    assert act(till, later(closing.resolve, reason="已封堵")).state == "resolved"
    assert refused(later(closing.propose, reason="完成")) == ["incident.untold"]
    final = next(x for x in look(till, lambda c: notices.notices_of(c, incident.id)) if x.rule == "final")
    assert final.due_at == till.now + timedelta(days=30)
    settle_notices(till, incident.id)
    act(till, later(closing.propose, reason="完成"))
    assert refused(later(closing.agree)) == ["incident.same_person"]
    act(till, later(closing.reopen, by="王敏", reason="再核一遍", office=Office.AUTHORITY))
    act(till, later(containing.contain, targets=(Target("dataset", FIRMS),), reason="扩大"))
    settle_notices(till, incident.id)
    act(till, later(closing.notify))
    act(till, later(closing.resolve, reason="已封堵"))
    act(till, later(closing.propose, reason="完成"))
    ended = act(till, later(closing.agree, by="王敏", office=Office.AUTHORITY))
    assert (ended.state, ended.proposed_by, ended.closed_by) == ("closed", "安全员", "王敏")
    assert look(till, figures) == {"total": 1, "closed_resolved": 1}
    assert refused(later(containing.contain, targets=(Target("all"),), reason="x")) == step
    document = look(till, lambda c: report(c, incident.id, till.now))
    assert json.dumps(document, ensure_ascii=False)
    text = page(document)
    assert "（逾期）" in text
    assert "数据运营公司" in text
    # Every act stands in the log, and no word a person wrote.
    said = look(till, lambda c: " ".join(c.execute(select(evidence_entries.c.body)).scalars()))
    assert incident.id in said
    assert not any(word in said for word in ("外部来电", "回执 12 号", "已封堵", "已核实"))


def test_what_is_no_incident_is_dismissed_by_two_and_told_to_nobody(
    till: Till, told: Callable[[Any], list[str]]
) -> None:
    incident = opened(till)
    act(till, lambda c: closing.dismiss(c, incident.id, reason="误报", by="安全员", now=till.now))
    act(till, lambda c: closing.agree(c, incident.id, by="王敏", now=till.now))
    assert {x.state for x in look(till, lambda c: notices.notices_of(c, incident.id))} == {"dropped"}
    assert look(till, figures) == {"total": 1, "closed_dismissed": 1}
    for stated, code in (
        ({"kind": "magic"}, "incident.word"),
        ({"statement": ""}, "incident.reason"),
        ({"since": NOON + timedelta(days=1)}, "incident.span"),
    ):
        with pytest.raises(Refused) as refused:
            opened(till, **stated)
        assert told(refused.value) == [code]


def test_an_alert_becomes_an_incident_in_one_transaction(
    till: Till, watched: Callable[[Till], tuple[str, ...]], told: Callable[[Any], list[str]]
) -> None:
    held = till.grant(calls=1)
    till.answer(held, "q")
    (found,) = watched(till)
    words = {"kind": "misuse", "severity": "general", "statement": "超量", "traits": ()}
    opening = look(till, lambda c: of_alert(c, found, **words))
    assert (opening.grant, opening.organisation) == (held.id, FIRM)
    drilled = Opening("misuse", "general", "x", SINCE, traits=(), drill=True)
    with pytest.raises(Refused) as refused:
        act(till, lambda c: escalate(c, found, drilled, by="安全员", now=till.now))
    assert told(refused.value) == ["incident.drill"]
    assert count(till, rows) == 0
    made = act(till, lambda c: escalate(c, found, opening, by="安全员", now=till.now))
    case = look(till, lambda c: alerts.by_id(c, found))
    assert (case.state, case.incident_id, made.alert_id) == ("escalated", made.id, found)
    with pytest.raises(IllegalStep, match="at its end"):
        act(till, lambda c: escalate(c, found, opening, by="安全员", now=till.now))
    assert count(till, rows) == 1, "the second was taken back whole"


def test_the_commands_speak_json_and_refuse_with_codes(till: Till, tmp_path: Path) -> None:
    with_entries(till)
    till.grant()

    def run(command: Any, *words: str, fails: int = 0) -> Any:
        done = CliRunner().invoke(command, [*words, "--json"])
        assert done.exit_code == fails, done.output
        return json.loads(done.stdout)

    def incident(*words: str, fails: int = 0) -> Any:
        return run(incident_command, *words, fails=fails)

    assert run(alert_command, "list") == []
    assert {each["name"] for each in run(alert_command, "rules")} >= {"refusal_burst", "off_hours"}
    made = incident("open", "--dataset", FIRMS, "--since", "2026-09-01", "--drill", "--reason", "演练")["id"]
    told = incident("contain", made, "--reason", "演练")
    assert told["stops"][0]["simulated"]
    (first, *_) = incident("notices", made)
    assert incident("sent", first["id"], "--proof", "1", fails=1)["reasons"][0]["code"] == "incident.blank"
    (tmp_path / "text").write_text("已核实", encoding="utf-8")
    assert incident("edit", first["id"], str(tmp_path / "text"))["text"] == "已核实"
    assert incident("sent", first["id"], "--proof", "1")["state"] == "sent"
    assert incident("exposure", made)["lines"] == []
    assert incident("show", made)["incident"]["drill"]
    page_ = CliRunner().invoke(incident_command, ["report", made])
    assert page_.output.startswith("# 【演练】")
    listed = incident("list")
    assert (listed["figures"], len(listed["incidents"])) == ({"total": 0}, 1)
    for words in (["show", made], ["notices", made, "--text"], ["list"], ["exposure", made]):
        assert CliRunner().invoke(incident_command, words).exit_code == 0
    assert incident("notify", made, fails=1)["reasons"][0]["code"] == "incident.untold"


def test_over_http_only_the_security_officer_opens_and_contains(till: Till) -> None:
    with_entries(till)

    def bearer(role: Role) -> dict[str, str]:
        made = act(till, lambda c: token_for(c, FIRM, role=role, by="周敏", days=30, now=till.now))
        return {"Authorization": f"Bearer {made.secret}"}

    stated = {
        "kind": "leak",
        "datasets": [FIRMS],
        "since": SINCE.isoformat(),
        "by": "安全员",
        "reason": "来电",
    }
    pool = Pool(spare=False)
    with (
        serving(create_app(till.home, clock=lambda: till.now, pool=pool)) as address,
        httpx.Client(base_url=f"{address}/v1", timeout=30) as http,
    ):
        client, officer = bearer(Role.CLIENT), bearer(Role.SECURITY)
        assert http.post("/incidents", json=stated, headers=client).status_code == 403
        made = http.post("/incidents", json=stated, headers=officer).json()["id"]
        act_ = {"by": "安全员", "reason": "止损"}
        held = http.post(f"/incidents/{made}/containment", json=act_, headers=officer).json()
        assert [stop["name"] for stop in held["stops"]] == [FIRMS]
        assert http.get(f"/incidents/{made}", headers=officer).json()["incident"]["state"] == "contained"
        assert http.get("/incidents", headers=officer).json()["figures"] == {"contained": 1, "total": 1}
        assert http.get("/alerts", headers=officer).json()["alerts"] == []
    pool.close()
