"""The doctor finds, one by one, what is weak or lacking in a sound installation that was harmed."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, update

from catalog.evidence import integrate, record
from catalog.evidence.publishing import CopyUnreachable, publish
from catalog.home import Home
from catalog.keys import SIGNING_FILE, load
from catalog.keys.rotation import rotate
from catalog.keys.signers import Algorithm, KeyTrouble
from catalog.keys.succession import key_to_sign
from catalog.settings.reading import REHEARSAL_FILE
from catalog.store import writing
from catalog.store.tables.evidence import checkpoints
from catalog.store.tables.identity import organisations
from catalog.store.tables.people import memberships, people
from space.doctor import CHECKS, examine
from space.observing.finding import Case, Finding

NOW = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
Ask = Callable[..., Finding]


@pytest.fixture
def ask(home: Home, engine: Engine) -> Ask:
    """One finding of the doctor, by its name."""

    def one(name: str, now: datetime = NOW) -> Finding:
        return dict(CHECKS)[name](Case(home, engine, now))

    return one


def test_every_check_has_the_name_its_finding_bears(home: Home, engine: Engine) -> None:
    found = examine(Case(home, engine, NOW))
    assert [finding.name for finding in found] == [name for name, _ in CHECKS]
    assert [finding.name for finding in found if finding.level == "lack"] == []


def test_a_clock_behind_the_newest_act_is_found(ask: Ask, engine: Engine) -> None:
    with writing(engine) as connection:
        record(connection, event="space:test:act", subject="x", body={}, now=NOW)
    assert ask("clock").ok
    behind = ask("clock", NOW - timedelta(hours=1))
    assert (behind.level, "3600 s behind" in behind.found) == ("lack", True)


def test_an_old_signing_key_is_weak(ask: Ask, home: Home) -> None:
    load(home)
    assert ask("key_age").level == "ok"
    long_ago = (NOW - timedelta(days=400)).timestamp()
    os.utime(home.keys / SIGNING_FILE, (long_ago, long_ago))
    assert (ask("key_age").level, "400 days" in ask("key_age").found) == ("weak", True)


def test_a_signing_key_of_before_the_last_rotation_is_found_and_signs_nothing(
    ask: Ask, home: Home, engine: Engine
) -> None:
    load(home)
    former = (home.keys / SIGNING_FILE).read_bytes()
    rotate(engine, home, algorithm=Algorithm.ED25519, by="t", now=NOW)
    assert ask("keys").level == "ok"
    (home.keys / SIGNING_FILE).write_bytes(former)
    assert (ask("keys").level, "in use is" in ask("keys").found) == ("lack", True)
    with writing(engine) as connection, pytest.raises(KeyTrouble, match="restore the `keys/` of now"):
        key_to_sign(connection, load(home).signer, NOW)


def test_a_checkpoint_somebody_changed_is_found(ask: Ask, home: Home, engine: Engine) -> None:
    with writing(engine) as connection:
        record(connection, event="space:test:act", subject="x", body={}, now=NOW)
    integrate(engine, load(home).signer, NOW)
    assert ask("log").ok
    with writing(engine) as connection:
        connection.execute(update(checkpoints).values(note="changed"))
    assert ask("log").level == "lack"


def test_a_store_that_was_restored_is_found(ask: Ask, home: Home, engine: Engine) -> None:
    with writing(engine) as connection:
        record(connection, event="space:test:act", subject="x", body={}, now=NOW)
    integrate(engine, load(home).signer, NOW)
    with writing(engine) as connection:
        connection.exec_driver_sql("DELETE FROM checkpoints")
    found = ask("log")
    assert (found.level, "was restored" in found.found) == ("lack", True)


@pytest.mark.parametrize(
    ("environment", "level"),
    [
        ({}, "ok"),
        ({"YBZ_PROXIES": "*"}, "lack"),
        ({"YBZ_HOST": "0.0.0.0"}, "lack"),
        ({"YBZ_HOST": "0.0.0.0", "YBZ_PUBLIC_URL": "http://ybz.example"}, "lack"),
        ({"YBZ_HOST": "0.0.0.0", "YBZ_PUBLIC_URL": "https://ybz.example"}, "ok"),
        ({"YBZ_PUBLIC_URL": "http://localhost:8700"}, "weak"),
        ({"YBZ_HOST": "0.0.0.0", "YBZ_PUBLIC_URL": "http://localhost:8700"}, "lack"),
    ],
)
def test_callers_without_tls_and_a_proxy_everybody_may_be_are_found(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], level: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert ask("proxy").level == level


@pytest.mark.parametrize(
    ("environment", "level"),
    [
        ({}, "ok"),
        ({"YBZ_HOST": "10.1.2.3"}, "lack"),
        ({"YBZ_HOST": "10.1.2.3", "YBZ_PUBLIC_URL": "https://ybz.example"}, "ok"),
    ],
)
def test_an_installation_that_was_not_told_its_address_is_found(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], level: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert ask("address").level == level


def test_a_setting_that_is_none_is_found(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YBZ_PROT", "80")
    assert (ask("settings").level, "YBZ_PORT" in ask("settings").found) == ("lack", True)


def test_one_person_with_two_administrations_is_found(ask: Ask, engine: Engine) -> None:
    with writing(engine) as connection:
        connection.execute(
            insert(organisations).values(
                code="11990100MB0000009X", name="局", kind="department", registered_at=NOW
            )
        )
        connection.execute(
            insert(people).values(
                id="per_1", name="甲", registered_by="t", registered_at=NOW, evidence_id="e"
            )
        )
        for number, role in enumerate(("system_admin", "audit_admin")):
            connection.execute(
                insert(memberships).values(
                    id=f"mem_{number}",
                    person_id="per_1",
                    organisation="11990100MB0000009X",
                    role=role,
                    first_day=NOW.date(),
                    entered_by="t",
                    entered_at=NOW,
                    evidence_id="e",
                )
            )
    assert (ask("accounts").level, "1 people hold two" in ask("accounts").found) == ("lack", True)


def test_a_machine_the_settings_let_it_call_is_named_without_secrets(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask("offline").found == "calls no other machine"
    monkeypatch.setenv("YBZ_ENGINE_URL", "sc://spark:15002/;token=geheim")
    assert ask("offline").found == "calls only YBZ_ENGINE_URL (sc://spark:15002/)"


def test_the_storage_and_the_provider_are_named_among_the_machines_it_may_call(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YBZ_LAKE_URL", "s3://ledger/lake")
    monkeypatch.setenv("YBZ_OPENID_ISSUER", "https://id.city.example/realm")
    named = ask("offline").found
    assert named == (
        "calls only YBZ_LAKE_URL (s3://ledger/lake), YBZ_OPENID_ISSUER (https://id.city.example/realm)"
    )


def test_a_provider_of_identities_that_is_half_set_or_silent_is_found(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask("provider").level == "ok"
    monkeypatch.setenv("YBZ_OPENID_ISSUER", "https://127.0.0.1:9/realm")
    assert (ask("provider").level, "YBZ_OPENID_CLIENT_ID" in ask("provider").found) == ("lack", True)
    monkeypatch.setenv("YBZ_OPENID_CLIENT_ID", "ybz")
    assert (ask("provider").level, "YBZ_PUBLIC_URL" in ask("provider").todo) == ("lack", True)
    monkeypatch.setenv("YBZ_PUBLIC_URL", "https://ledger.city.example")
    assert (ask("provider").level, "does not answer" in ask("provider").found) == ("weak", True)


def test_a_rehearsal_is_not_asked_to_publish_outside(ask: Ask, home: Home) -> None:
    assert ask("copy").level == "weak"
    (home.root / REHEARSAL_FILE).touch()
    assert ask("copy").level == "ok"


def test_a_folder_outside_that_was_never_made_is_told_from_one_that_is_gone(
    ask: Ask, home: Home, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path / "outside" / "log"
    monkeypatch.setenv("YBZ_PUBLISH_TO", str(outside))
    assert f"nothing was published yet — make the folder: `mkdir -p {outside}`" in ask("log").found
    outside.mkdir(parents=True)
    with writing(engine) as connection:
        record(connection, event="space:test:act", subject="x", body={}, now=NOW)
    publish(engine, home, load(home).signer, NOW)
    assert ask("log").level == "ok"

    outside.rename(tmp_path / "unmounted")
    gone = ask("log")
    assert (gone.level, "bring the folder back" in gone.found, "mkdir" in gone.found) == ("lack", True, False)
    with pytest.raises(CopyUnreachable, match="do not make another in its place"):
        publish(engine, home, load(home).signer, NOW)

    monkeypatch.setenv("YBZ_PUBLISH_TO", str(tmp_path / "other"))
    assert "where the log was never published there, make" in ask("log").found
