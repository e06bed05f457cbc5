"""People on duty are mailed alerts, incidents and a digest by a real mail server: once, again, or no more."""

from __future__ import annotations

import email
import email.policy
import json
import socket
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from click.testing import CliRunner, Result
from sqlalchemy import Engine, insert, select, update

from catalog.evidence import record
from catalog.home import Home
from catalog.store import reading, writing
from catalog.store.tables.evidence import evidence_entries
from catalog.store.tables.identity import organisations
from catalog.store.tables.notices import notices
from catalog.store.tables.people import memberships, people
from catalog.store.tables.watch import alerts, incidents
from space.cli.parties.notices import notice
from space.errors import Refused, Unknown
from space.notices import outbox
from space.notices.duty import Kind, Whom, end, enter, on_duty
from tests.watched_logs import identity_numbers

# Noon in Shanghai on a Monday.
NOW = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
OFFICE = "duty@bureau.example"


class Box:
    """What a mail server received, and what it answers."""

    def __init__(self) -> None:
        self.messages: list[tuple[list[str], EmailMessage]] = []
        self.refuses = False

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.refuses:
            return f"451 {envelope.rcpt_tos[0]} try again"
        read = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(read, EmailMessage)
        self.messages.append((envelope.rcpt_tos, read))
        return "250 OK"


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Box]:
    """A mail server of this test, and the settings that name it."""
    made = Box()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(made, hostname="127.0.0.1", port=port)
    controller.start()
    for name, value in {
        "YBZ_MAIL_HOST": "127.0.0.1",
        "YBZ_MAIL_PORT": str(port),
        "YBZ_MAIL_TLS": "none",
        "YBZ_MAIL_FROM": "ledger@bureau.example",
    }.items():
        monkeypatch.setenv(name, value)
    yield made
    controller.stop()


def on(engine: Engine, whom: Whom, *kinds: str, last: date | None = None) -> str:
    with writing(engine) as connection:
        return enter(connection, whom, kinds, days=(NOW.date(), last), by="张磊", now=NOW).id


def raise_alert(engine: Engine, alert_id: str = "alt_1", at: datetime = NOW) -> None:
    with writing(engine) as connection:
        connection.execute(
            insert(alerts).values(
                id=alert_id,
                rule="refused_often",
                subject="91990100MA0000001X",
                window=len(alert_id) + int(at.timestamp()),
                organisation="91990100MA0000001X",
                severity="high",
                source="数据安全法 第29条",
                threshold=20,
                count=31,
                codes={"query.form": 31},
                first_at=at,
                last_at=at,
                office="security",
                state="open",
                due_on=date(2026, 11, 3),
                due_provisional=False,
                due_workdays=1,
                raised_at=at,
                evidence_id="ev_1",
            )
        )


def open_incident(engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(
            insert(incidents).values(
                id="inc_1",
                drill=False,
                kind="leak",
                severity="serious",
                traits=["personal"],
                statement="张三 440106199001011235 的记录外泄",
                datasets=[],
                since=NOW,
                state="opened",
                opened_by="李娜",
                opened_at=NOW,
                evidence_id="ev_1",
            )
        )


def states(engine: Engine) -> list[tuple[str, str, int]]:
    with reading(engine) as connection:
        rows = connection.execute(select(notices.c.kind, notices.c.state, notices.c.attempts))
        return sorted((row.kind, row.state, row.attempts) for row in rows)


def test_an_alert_is_mailed_once_to_the_office_on_duty_chinese_first(
    home: Home, engine: Engine, box: Box
) -> None:
    on(engine, Whom(address=OFFICE), "alert")
    raise_alert(engine)
    assert outbox.turn(engine, home, NOW) == outbox.Done(entered=1, sent=1)
    assert outbox.turn(engine, home, NOW + timedelta(minutes=5)) == outbox.Done()
    [(to, message)] = box.messages
    assert to == [OFFICE]
    assert message["Subject"] == "[一本账] 预警 high：refused_often"
    text = message.get_content()
    assert text.index("发生预警 alt_1") < text.index("An alert was raised")
    assert "期限：2026-11-03" in text
    assert message["Auto-Submitted"] == "auto-generated"


def test_an_incident_is_mailed_without_its_statement(home: Home, engine: Engine, box: Box) -> None:
    on(engine, Whom(address=OFFICE), "incident")
    open_incident(engine)
    outbox.turn(engine, home, NOW)
    [(_, message)] = box.messages
    text = message["Subject"] + message.get_content()
    assert "inc_1" in text
    assert identity_numbers(text) == []
    assert "张三" not in text


def test_the_digest_comes_once_a_day_after_its_hour(home: Home, engine: Engine, box: Box) -> None:
    on(engine, Whom(address=OFFICE), "digest")
    raise_alert(engine)
    early = NOW.replace(hour=23, minute=0) - timedelta(days=1)  # 07:00 in Shanghai
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE duty_turns SET first_day = '2026-11-01'")
    assert outbox.turn(engine, home, early).entered == 0
    assert outbox.turn(engine, home, NOW).entered == 1
    assert outbox.turn(engine, home, NOW + timedelta(hours=5)).entered == 0
    assert outbox.turn(engine, home, NOW + timedelta(days=1)).entered == 1
    subject = box.messages[0][1]["Subject"]
    assert subject.startswith("[一本账] 2026-11-02 待办 ")
    assert "未结预警 1 个" in box.messages[0][1].get_content()


def test_a_mail_that_is_refused_is_tried_again_and_given_up_in_the_end(
    home: Home, engine: Engine, box: Box
) -> None:
    on(engine, Whom(address=OFFICE), "alert")
    raise_alert(engine)
    box.refuses = True
    now = NOW
    assert outbox.turn(engine, home, now).failed == 1
    assert outbox.turn(engine, home, now + timedelta(seconds=30)) == outbox.Done(), "it is not due yet"
    for minutes in (1, 5, 30, 120, 720):
        now += timedelta(minutes=minutes)
        assert outbox.send_waiting(engine, home, now).failed == 1
    assert states(engine) == [("alert", "dead", 6)]
    with reading(engine) as connection:
        [told] = outbox.listed(connection)
    assert told["problem"] == "the mail server refused the message"
    box.refuses = False
    assert outbox.send_waiting(engine, home, now + timedelta(days=3)).sent == 0
    assert box.messages == []


def test_a_server_that_comes_back_gets_what_waited(home: Home, engine: Engine, box: Box) -> None:
    on(engine, Whom(address=OFFICE), "alert")
    raise_alert(engine)
    box.refuses = True
    outbox.turn(engine, home, NOW)
    box.refuses = False
    assert outbox.turn(engine, home, NOW + timedelta(minutes=6)).sent == 1
    assert states(engine) == [("alert", "sent", 2)]


def test_without_a_mail_server_notices_wait(home: Home, engine: Engine) -> None:
    on(engine, Whom(address=OFFICE), "alert")
    raise_alert(engine)
    assert outbox.turn(engine, home, NOW) == outbox.Done(entered=1)
    assert states(engine) == [("alert", "waiting", 0)]


def test_a_server_without_the_encryption_asked_for_is_not_used(
    home: Home, engine: Engine, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YBZ_MAIL_TLS", "starttls")
    on(engine, Whom(address=OFFICE), "alert")
    raise_alert(engine)
    assert outbox.turn(engine, home, NOW).failed == 1
    assert box.messages == []
    tried = CliRunner().invoke(notice, ["trial"])
    assert (tried.exit_code, "offers no encryption" in tried.stderr) == (1, True)


def test_holders_of_a_role_are_mailed_at_their_contact_while_they_hold_it(
    home: Home, engine: Engine, box: Box
) -> None:
    with writing(engine) as connection:
        office = {"code": "11990100MB0000009X", "name": "局", "kind": "department", "registered_at": NOW}
        connection.execute(insert(organisations).values(office))
        for number, contact in enumerate(("a@bureau.example", "86-555-0100", "c@bureau.example")):
            person = {"id": f"per_{number}", "name": "甲", "contact": contact, "registered_by": "t"}
            connection.execute(insert(people).values(**person, registered_at=NOW, evidence_id="e"))
            held = {"id": f"mem_{number}", "person_id": f"per_{number}", "organisation": office["code"]}
            held |= {"role": "security_admin", "entered_by": "t", "evidence_id": "e"}
            connection.execute(insert(memberships).values(**held, first_day=NOW.date(), entered_at=NOW))
    on(engine, Whom(role="security_admin"))
    with reading(engine) as connection:
        told = {one.address for one in on_duty(connection, Kind.ALERT, NOW)}
    assert told == {"a@bureau.example", "c@bureau.example"}
    raise_alert(engine)
    with writing(engine) as connection:
        outbox.enter_due(connection, NOW)
        connection.execute(update(people).where(people.c.id == "per_2").values(ended_at=NOW))
    outbox.send_waiting(engine, home, NOW)
    assert {to[0] for to, message in box.messages if "预警" in message["Subject"]} == {"a@bureau.example"}


def test_nobody_is_mailed_twice_who_is_on_duty_twice(home: Home, engine: Engine, box: Box) -> None:
    on(engine, Whom(address=OFFICE), "alert")
    on(engine, Whom(address=OFFICE.upper()), "alert", "incident")
    raise_alert(engine)
    outbox.turn(engine, home, NOW)
    assert len(box.messages) == 1


def test_a_turn_of_duty_is_evidence_and_its_address_is_not_in_it(engine: Engine) -> None:
    turn_id = on(engine, Whom(address=OFFICE))
    with writing(engine) as connection:
        end(connection, turn_id, by="李娜", now=NOW)
    with reading(engine) as connection:
        rows = connection.execute(select(evidence_entries.c.event, evidence_entries.c.body)).all()
    assert sorted(row.event for row in rows) == ["space:duty:end", "space:duty:enter"]
    assert OFFICE not in "".join(row.body for row in rows)


@pytest.mark.parametrize(
    ("whom", "last", "code"),
    [
        (Whom(), None, "notice.duty_whom"),
        (Whom(role="security_admin", address=OFFICE), None, "notice.duty_whom"),
        (Whom(role="emperor"), None, "notice.duty_role"),
        (Whom(address="nobody"), None, "notice.duty_address"),
        (Whom(address="a@b.example\nBcc: c@d.example"), None, "notice.duty_address"),
        (Whom(address=OFFICE), date(2026, 11, 1), "notice.duty_days"),
    ],
)
def test_a_turn_that_cannot_be_is_refused(engine: Engine, whom: Whom, last: date | None, code: str) -> None:
    with pytest.raises(Refused) as refused:
        on(engine, whom, last=last)
    assert code in {reason.code for reason in refused.value.decision.reasons}


def test_an_unknown_person_and_a_turn_that_is_over_are_refused(engine: Engine) -> None:
    with pytest.raises(Unknown):
        on(engine, Whom(person_id="per_none"))
    turn_id = on(engine, Whom(address=OFFICE))
    with writing(engine) as connection:
        end(connection, turn_id, by="李娜", now=NOW)
        with pytest.raises(Refused) as refused:
            end(connection, turn_id, by="李娜", now=NOW)
    assert [reason.code for reason in refused.value.decision.reasons] == ["notice.duty_over"]


def test_the_commands_put_on_duty_try_list_and_end(home: Home, engine: Engine, box: Box) -> None:
    def run(*words: str) -> Result:
        return CliRunner().invoke(notice, [*words, "--json"])

    assert "nobody is on duty" in run("trial").output
    nobody_reached = json.loads(run("duty", "add", "--role", "security_admin", "--by", "张磊").output)["id"]
    alone = run("trial")
    assert (alone.exit_code, "on duty without a mail address: security_admin" in alone.output) == (1, True)
    assert "--contact" in alone.output
    assert run("duty", "end", nobody_reached, "--by", "张磊").exit_code == 0
    made = json.loads(run("duty", "add", "--address", OFFICE, "--by", "张磊").output)
    assert made["kinds"] == ["alert", "digest", "incident"]
    assert json.loads(run("trial").output) == {"entered": 1, "sent": 1, "failed": 0, "waiting": 0}
    assert [one["kind"] for one in json.loads(run("list").output)] == ["trial"]
    assert json.loads(run("duty", "end", made["id"], "--by", "张磊").output)["ended"] is True
    assert json.loads(run("duty", "list").output)[0]["ended"] is True
    assert OFFICE not in run("list").output
    refused = run("duty", "add", "--address", "nobody", "--by", "张磊")
    assert (refused.exit_code, "notice.duty_address" in refused.output) == (1, True)


def test_an_act_of_evidence_waiting_is_counted_in_the_digest(home: Home, engine: Engine, box: Box) -> None:
    on(engine, Whom(address=OFFICE), "digest")
    with writing(engine) as connection:
        record(connection, event="space:test:act", subject="x", body={}, now=NOW)
    outbox.turn(engine, home, NOW)
    assert "待入链存证 2 条" in box.messages[0][1].get_content()
