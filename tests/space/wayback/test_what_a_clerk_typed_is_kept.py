"""What a clerk typed is still there when it is refused, and when the session ended meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from catalog.store import reading
from space.wayback.backflow.inbox import listing
from space.wayback.backflow.tasks import notes_of
from tests.space.wayback.conftest import Town
from tests.space.wayback.desk import HEAVIEST, Clerk, clerk_of, link_to
from tests.space.wayback.ledger_town import RESIDENTS, prepare, rows

NOTE = "张大爷已搬走，等社区核对"


@pytest.fixture
def street(settle: Any, tmp_path: Path) -> Iterator[Town]:
    town = settle("ledger", prepare, tmp_path / "var")
    yield town
    town.engine.dispose()


@pytest.fixture
def clerk(street: Town) -> Iterator[Clerk]:
    with clerk_of(street) as made:
        made.sign_in()
        yield made


def _newest(street: Town) -> str:
    with reading(street.engine) as connection:
        return [one.id for one in listing(connection, "street") if one.dataset == "civil.residents"][-1]


def _late(street: Town, clerk: Clerk) -> tuple[str, str]:
    """A note that is sent after the session was over: the delivery, and the page that answers."""
    path = f"/desk/deliveries/{_newest(street)}"
    text = clerk.page(path)
    street.now += timedelta(hours=3)
    answer = clerk.send(text, f"{path}/note", {"text": NOTE, "row": ""})
    assert (answer.status_code, "登录已过期" in answer.text) == (401, True)
    assert len(answer.content) < HEAVIEST
    return path.rsplit("/", 1)[1], answer.text


def _notes(street: Town, delivery: str) -> list[str]:
    with reading(street.engine) as connection:
        return [one.text for one in notes_of(connection, "street", delivery)]


def _sign_in_with(clerk: Clerk, text: str, person: str = "王芳") -> str:
    sealed = text.split('name="carried" value="')[1].split('"')[0]
    said = {"token": clerk.token.secret, "person": person, "carried": sealed}
    return clerk.client.post("/desk/sign-in", data=said).text


def test_what_was_typed_before_the_session_ended_is_sent_again_by_who_typed_it(
    street: Town, clerk: Clerk
) -> None:
    delivery, text = _late(street, clerk)
    assert NOTE not in text, "it lies in the page sealed"
    again = _sign_in_with(clerk, text)
    assert NOTE in again
    assert _notes(street, delivery) == [], "signing in alone does nothing"

    done = clerk.send(again, f"/desk/deliveries/{delivery}/note", {})
    assert "备注已记下" in done.text
    assert _notes(street, delivery) == [NOTE]


def test_what_was_typed_is_shown_to_nobody_else(street: Town, clerk: Clerk) -> None:
    _, text = _late(street, clerk)
    assert NOTE not in _sign_in_with(clerk, text, person="李明")


def test_a_form_of_no_page_of_ours_is_carried_nowhere(street: Town, clerk: Clerk) -> None:
    path = f"/desk/deliveries/{_newest(street)}/note"
    street.now += timedelta(hours=3)
    answer = clerk.client.post(path, data={"text": NOTE, "proof": "0" * 64})
    assert (answer.url.path, "carried" in answer.text) == ("/desk/sign-in", False)


def test_a_challenge_that_is_refused_keeps_what_was_typed(street: Town, clerk: Clerk) -> None:
    delivery = f"/desk/deliveries/{_newest(street)}"
    row = link_to(clerk.page(delivery), f"{delivery}/rows/")
    form = clerk.page(f"{row}?wrong=phone")
    refused = clerk.send(form, f"{row}/wrong", {"value": "不知道", "reason": "本人来电更正"})
    assert refused.status_code == 422
    assert 'value="不知道"' in refused.text
    assert 'value="本人来电更正"' in refused.text
    assert "这个值不符合该项的格式或范围" in clerk.looked_at(refused)
    assert "退出" in refused.text, "whoever is refused stays where they are"


def test_a_changed_row_says_what_it_said_before_and_is_found_among_many(street: Town, clerk: Clerk) -> None:
    street.publish(RESIDENTS, rows(r1={"household_no": "H9"}))
    street.deliver()
    clerk.sign_in()
    path = f"/desk/deliveries/{_newest(street)}"
    with reading(street.engine) as connection:
        (made,) = (one for one in listing(connection, "street") if path.endswith(one.id))
    changed = clerk.page(f"{path}?change=changed")
    assert "<del>" in changed
    assert "H9" in changed
    assert changed.count('class="card changed"') == made.counts.changed == 1
    assert 'class="card changed"' not in clerk.page(f"{path}?change=added")

    found = clerk.send(changed, f"{path}/find", {"text": "H9"})
    assert (found.status_code, found.url.path, found.url.query) == (200, f"{path}/find", b"")
    assert "找到 1 条" in clerk.looked_at(found)
    assert "找到 0 条" in clerk.send(changed, f"{path}/find", {"text": "没有的人"}).text


def test_a_program_is_told_what_a_changed_row_said_before(street: Town, clerk: Clerk) -> None:
    street.publish(RESIDENTS, rows(r1={"household_no": "H9"}))
    street.deliver()
    bearer = {"Authorization": f"Bearer {clerk.token.secret}"}
    told = clerk.client.get(f"/v1/inbox/deliveries/{_newest(street)}", headers=bearer).json()
    (changed,) = (row for row in told["rows"] if row["_change"] == "changed")
    (before,) = told["before"].values()
    assert set(told["before"]) == {changed["_row"]}
    assert set(before) == {"household_no"}
    assert before["household_no"] != changed["household_no"] == "H9"


def test_whoever_reported_sees_what_they_said_and_of_whom_and_nobody_else_does(
    street: Town, clerk: Clerk
) -> None:
    delivery = f"/desk/deliveries/{_newest(street)}"
    row = link_to(clerk.page(delivery), f"{delivery}/rows/")
    form = clerk.page(f"{row}?wrong=phone")
    sent = {"value": "13900000099", "reason": "本人来电更正"}
    case = clerk.looked_at(clerk.send(form, f"{row}/wrong", sent))
    assert "13900000099" in case
    assert f'href="{row}"' in case
    bearer = {"Authorization": f"Bearer {clerk.token.secret}"}
    (known,) = clerk.client.get("/v1/corrections", headers=bearer).json()["reported"]
    shown = clerk.client.get(f"/v1/corrections/{known['id']}", headers=bearer).json()
    assert (shown["proposed"], "13900000099" in str(known)) == ("13900000099", False)
    with clerk_of(street, "village") as other:
        theirs = {"Authorization": f"Bearer {other.token.secret}"}
        assert other.client.get(f"/v1/corrections/{known['id']}", headers=theirs).status_code == 404
