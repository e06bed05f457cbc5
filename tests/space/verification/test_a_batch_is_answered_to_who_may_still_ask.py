"""Many records verified as a job: each batch is answered to who may still ask for it when it begins."""

from __future__ import annotations

import json
from typing import Any

import pytest

from catalog.keys import load
from catalog.store import reading, writing
from policies.access import Role
from space.identity import memberships, people, tokens
from space.identity.tokens import Caller
from space.jobs import jobs, kinds
from space.jobs.running import Runner
from space.jobs.work import Bench, Work, keep_input
from space.verification.prepare import Asked
from tests.space.bureau_contracts import POPULATION
from tests.space.verification.conftest import Desk, about


def asked(desk: Desk, held: Any, who: Caller) -> str:
    """A job over four records that waits."""
    b = desk.bureau
    wanted = {
        "grant": held.id,
        "purpose": held.terms.purpose,
        "dataset": POPULATION.name,
        "token_grant": None,
    }
    with writing(b.engine) as connection:
        job = jobs.ask(connection, who, "verification", wanted, by="王芳", now=b.clock()).id
    keep_input(b.home, job, json.dumps([about(number, income=3) for number in range(4)]).encode())
    return job


def turned(desk: Desk, job: str) -> jobs.Job:
    """The job after a process took it."""
    b = desk.bureau
    assert Runner(Bench(b.home, b.engine, load(b.home).signer, b.clock, desk.verifier)).turn()
    with reading(b.engine) as connection:
        return jobs.by_id(connection, job)


def refused(job: jobs.Job) -> None:
    """Nothing was answered, and why is told."""
    assert (job.state, job.result) == ("failed", None)
    assert job.problem is not None
    assert job.problem["code"] == "job.asker"


def person(desk: Desk, organisation: str) -> tuple[Caller, str]:
    """Somebody who acts for an organisation, and the membership."""
    b = desk.bureau
    with writing(b.engine) as connection:
        one = people.register(connection, "王芳", "F001", by="张磊", now=b.clock()).id
        held = memberships.enter(connection, one, organisation, Role.CLIENT, by="张磊", now=b.clock())
    return Caller(organisation, Role.CLIENT, person=one), held.id


def test_a_person_whose_membership_has_ended_is_answered_nothing(desk: Desk) -> None:
    held = desk.granted()
    who, membership = person(desk, held.grantee)
    assert turned(desk, asked(desk, held, who)).state == "done"
    job = asked(desk, held, who)
    with writing(desk.bureau.engine) as connection:
        memberships.end(connection, membership, by="张磊", now=desk.bureau.clock())
    refused(turned(desk, job))


def test_a_membership_that_ends_between_two_batches_ends_the_job_there(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = desk.granted()
    who, membership = person(desk, held.grantee)
    monkeypatch.setattr(kinds, "BATCH", 2)
    answered: list[str] = []
    ask_one = kinds._batch

    def ended_after(work: Work, caller: Caller, part: Asked, key: str) -> dict[str, Any]:
        told = ask_one(work, caller, part, key)
        answered.append(key)
        with writing(desk.bureau.engine) as connection:
            memberships.end(connection, membership, by="张磊", now=desk.bureau.clock())
        return told

    monkeypatch.setattr(kinds, "_batch", ended_after)
    refused(turned(desk, asked(desk, held, who)))
    assert len(answered) == 1


def test_a_program_whose_token_was_withdrawn_is_answered_nothing(desk: Desk) -> None:
    held, b = desk.granted(), desk.bureau
    with writing(b.engine) as connection:
        made = tokens.issue(connection, held.grantee, role=Role.CLIENT, by="张磊", days=9, now=b.clock())
    who = Caller(held.grantee, Role.CLIENT, program=made.id)
    assert turned(desk, asked(desk, held, who)).state == "done"
    job = asked(desk, held, who)
    with writing(b.engine) as connection:
        tokens.withdraw(connection, made.id, by="张磊", now=b.clock())
    refused(turned(desk, job))


def test_of_one_nobody_knows_nothing_is_answered(desk: Desk) -> None:
    held = desk.granted()
    refused(turned(desk, asked(desk, held, Caller(held.grantee, Role.CLIENT))))
