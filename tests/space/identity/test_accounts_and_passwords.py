"""Passwords: chosen by their person, hashed, judged; guessing waits, and shuts nobody out for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import argon2
import pytest
from sqlalchemy import select

from catalog.store import reading, writing
from catalog.store.tables.accounts import accounts as table
from catalog.store.tables.queries import refused_strangers
from policies import rulebook
from policies.access import Role
from policies.clocks import local_date
from space.errors import Refused
from space.identity import accounts, passwords, signing_in, throttling
from space.identity.throttling import Attempt
from tests.space.identity.conftest import CHEAP, NOON, PASSWORD, Bureau

HERE, ELSEWHERE = "10.0.0.1", "203.0.113.9"


def code_of(error: pytest.ExceptionInfo[Refused]) -> str:
    return error.value.decision.reasons[0].code


def attempt(
    bureau: Bureau, login: str, password: str, address: str = HERE, browser: str | None = None
) -> str:
    """Try to sign in; the code of the refusal, or nothing."""
    try:
        signing_in.sign_in(bureau.engine, Attempt(login, address, browser), password, now=bureau.now)
    except Refused as refused:
        return refused.decision.reasons[0].code
    return ""


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The parameters of every comparison argon2 does meanwhile."""
    done: list[str] = []
    real = argon2.PasswordHasher.verify

    def counted(self: argon2.PasswordHasher, kept: Any, password: Any) -> Any:
        done.append(str(kept).rsplit("$", 2)[0])
        return real(self, kept, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", counted)
    return done


def test_an_unknown_login_does_the_same_work_as_a_wrong_password(bureau: Bureau, hashed: list[str]) -> None:
    bureau.account("wang.fang", "王芳", Role.CLERK)
    hashed.clear()
    for login in ("wang.fang", "nobody.here"):
        assert attempt(bureau, login, "Wrong-Kettle-47") == "identity.sign_in"
    assert len(hashed) == 2
    assert hashed[0] == hashed[1] == "$argon2id$v=19$m=64,t=1,p=1"


def test_an_account_without_a_password_yet_does_the_same_work(bureau: Bureau, hashed: list[str]) -> None:
    person = bureau.person("王芳", Role.CLERK)
    with writing(bureau.engine) as connection:
        accounts.opened(connection, person, "wang.fang", by="x", now=NOON)
    assert attempt(bureau, "wang.fang", PASSWORD) == "identity.sign_in"
    assert len(hashed) == 1


def test_only_hashes_are_kept(bureau: Bureau) -> None:
    person = bureau.person("王芳", Role.CLERK)
    with writing(bureau.engine) as connection:
        handed = accounts.opened(connection, person, "wang.fang", by="x", now=NOON)
        row = connection.execute(select(table)).one()
    assert handed.code not in str(row)
    signing_in.choose_password(
        bureau.engine, Attempt("wang.fang", HERE), PASSWORD, now=NOON, code=handed.code
    )
    with reading(bureau.engine) as connection:
        row = connection.execute(select(table)).one()
    assert row.password_hash.startswith("$argon2id$v=19$m=64,t=1,p=1$")
    assert PASSWORD not in str(row)


def test_a_code_is_good_once_for_a_while_however_it_is_typed(bureau: Bureau) -> None:
    person = bureau.person("王芳", Role.CLERK)
    with writing(bureau.engine) as connection:
        code = accounts.opened(connection, person, "wang.fang", by="x", now=NOON).code
    who = Attempt("WANG.fang ", HERE)

    def choose(code: str, new: str, **later: float) -> None:
        now = NOON + timedelta(**later)
        signing_in.choose_password(bureau.engine, who, new, now=now, code=code)

    with pytest.raises(Refused) as late:
        choose(code, PASSWORD, hours=72)
    choose(code.lower().replace("-", " "), PASSWORD, hours=71)
    with pytest.raises(Refused) as again:
        choose(code, "Green-Kettle-47", hours=71)
    assert {code_of(late), code_of(again)} == {"identity.sign_in"}


@pytest.mark.parametrize(
    ("password", "codes"),
    [
        ("Short-1", {"identity.password.length"}),
        ("L0ng-" * 26, {"identity.password.length"}),
        ("Wang.Fang-2026", {"identity.password.named"}),
        ("王小芳-Kettle-47", {"identity.password.named"}),
        ("P@ssw0rd2026", {"identity.password.common"}),
        ("onlysmallletters", {"identity.password.kinds"}),
        ("admin12345", {"identity.password.kinds"}),
        (PASSWORD, set()),
        ("蓝色水壶-Kettle-47", set()),
    ],
)
def test_what_a_password_has_to_be_like(password: str, codes: set[str]) -> None:
    judged = passwords.judged(password, login="wang.fang", name="王小芳", on=local_date(NOON))
    assert {reason.code for reason in getattr(judged, "reasons", ())} == codes


def test_a_refused_password_uses_no_code_up(bureau: Bureau) -> None:
    person = bureau.person("王芳", Role.CLERK)
    with writing(bureau.engine) as connection:
        code = accounts.opened(connection, person, "wang.fang", by="x", now=NOON).code
    who = Attempt("wang.fang", HERE)
    with pytest.raises(Refused) as short:
        signing_in.choose_password(bureau.engine, who, "short", now=NOON, code=code)
    assert code_of(short) == "identity.password.length"
    signing_in.choose_password(bureau.engine, who, PASSWORD, now=NOON, code=code)
    assert attempt(bureau, "wang.fang", PASSWORD) == ""


def test_a_hash_of_former_parameters_is_made_anew_at_the_next_sign_in(bureau: Bureau) -> None:
    bureau.account("wang.fang", "王芳", Role.CLERK)
    dearer = CHEAP.replace("memory_kib: 64", "memory_kib: 128")
    (bureau.home.rules / "identity.yaml").write_text(dearer + "# dearer\n", encoding="utf-8")
    rulebook.lay_over(bureau.home.rules)
    assert attempt(bureau, "wang.fang", "Wrong-Kettle-47") == "identity.sign_in"
    with reading(bureau.engine) as connection:
        assert "m=64," in connection.execute(select(table.c.password_hash)).scalar_one()
    assert attempt(bureau, "wang.fang", PASSWORD) == ""
    with reading(bureau.engine) as connection:
        assert "m=128," in connection.execute(select(table.c.password_hash)).scalar_one()
    assert attempt(bureau, "wang.fang", PASSWORD) == ""


def test_a_password_grows_old_only_where_a_rule_says_so(bureau: Bureau) -> None:
    bureau.account("wang.fang", "王芳", Role.CLERK)
    bureau.later(days=400)
    assert attempt(bureau, "wang.fang", PASSWORD) == ""
    expiring = CHEAP + (
        "  - {name: password_days, value: 90, source: t, valid_from: 2025-01-01, confidence: test}\n"
    )
    (bureau.home.rules / "identity.yaml").write_text(expiring, encoding="utf-8")
    assert attempt(bureau, "wang.fang", PASSWORD) == "identity.password.old"
    who = Attempt("wang.fang", HERE)
    with pytest.raises(Refused) as same:
        signing_in.choose_password(bureau.engine, who, PASSWORD, now=bureau.now, password=PASSWORD)
    assert code_of(same) == "identity.password.same"
    signing_in.choose_password(bureau.engine, who, "Green-Kettle-47", now=bureau.now, password=PASSWORD)
    assert attempt(bureau, "wang.fang", "Green-Kettle-47") == ""


def test_guessing_waits_longer_each_time(bureau: Bureau) -> None:
    bureau.account("wang.fang", "王芳", Role.CLERK)
    for _ in range(6):
        assert attempt(bureau, "wang.fang", "Wrong-Kettle-47") == "identity.sign_in"
    waits = []
    for _ in range(8):
        assert attempt(bureau, "wang.fang", PASSWORD) == "identity.wait", "even the right one waits"
        with reading(bureau.engine) as connection:
            until = throttling.waits_until(connection, Attempt("wang.fang", HERE), bureau.now)
        assert until is not None
        waits.append((until - bureau.now).total_seconds())
        bureau.now = until
        assert attempt(bureau, "wang.fang", "Wrong-Kettle-47") == "identity.sign_in"
    assert waits == [15, 30, 60, 120, 240, 480, 900, 900]


def test_guessing_elsewhere_makes_neither_the_known_browser_nor_a_code_wait(bureau: Bureau) -> None:
    person = bureau.account("wang.fang", "王芳", Role.CLERK)
    for n in range(40):
        attempt(bureau, "wang.fang", "Wrong-Kettle-47", f"203.0.113.{n}")
    assert attempt(bureau, "wang.fang", PASSWORD, HERE) == "identity.wait"
    assert attempt(bureau, "wang.fang", PASSWORD, HERE, browser="b1") == ""
    with writing(bureau.engine) as connection:
        (known,) = accounts.all_accounts(connection, person=person)
        code = accounts.reset(connection, known.id, by="x", now=bureau.now).code
    who = Attempt("wang.fang", ELSEWHERE)
    signing_in.choose_password(bureau.engine, who, "Green-Kettle-47", now=bureau.now, code=code)
    bureau.later(seconds=900)
    assert attempt(bureau, "wang.fang", "Green-Kettle-47", HERE) == "", "no wait is longer than this"


def test_whoever_tries_many_logins_waits_for_all_of_them(bureau: Bureau) -> None:
    bureau.account("wang.fang", "王芳", Role.CLERK)
    for n in range(101):
        attempt(bureau, f"guess-{n}", "Wrong-Kettle-47", ELSEWHERE)
    assert attempt(bureau, "wang.fang", PASSWORD, ELSEWHERE) == "identity.wait"
    assert attempt(bureau, "wang.fang", PASSWORD, HERE) == ""


def test_wrong_attempts_are_counted_by_the_minute_and_forgotten(bureau: Bureau) -> None:
    for _ in range(3):
        attempt(bureau, "nobody.here", "Wrong-Kettle-47")
    with reading(bureau.engine) as connection:
        row = connection.execute(select(refused_strangers)).one()
        assert (row.reason, row.count) == ("sign_in", 3)
    assert bureau.evidence("space:session:open") == []
    bureau.later(hours=25)
    for _ in range(5):
        assert attempt(bureau, "nobody.here", "Wrong-Kettle-47") == "identity.sign_in"


def test_a_login_is_one_persons_for_ever(bureau: Bureau) -> None:
    person = bureau.account("wang.fang", "王芳", Role.CLERK)
    other = bureau.person("李明", Role.CLERK)
    with writing(bureau.engine) as connection:
        for whose, login, code in (
            (person, "wang2", "identity.account_held"),
            (other, "Wang.Fang", "identity.login_taken"),
            (other, "王", "identity.login"),
        ):
            with pytest.raises(Refused) as refused:
                accounts.opened(connection, whose, login, by="x", now=NOON)
            assert code_of(refused) == code
        (known,) = accounts.all_accounts(connection, person=person)
        accounts.end(connection, known.id, by="x", now=NOON)
        with pytest.raises(Refused) as refused:
            accounts.opened(connection, other, "wang.fang", by="x", now=NOON)
        assert code_of(refused) == "identity.login_taken"
    assert attempt(bureau, "wang.fang", PASSWORD) == "identity.sign_in"
