"""A file handed in for a dataset 交数: kept where its sources read it, then built in a process of its own.

Decides whether a file may be handed in for an entry as it stands, that it stays only where a release stands
on it (:mod:`space.jobs.kept`), and that it is put in its place, and taken from there, only while no build of
the dataset is at work: the dataset is held meanwhile, and a job that finds it held is put off. The build is
the pipelines': no process of the server runs them, so a child does, which ends with the job.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import IO, Any, Final

from sqlalchemy import Connection

from catalog import revisions
from catalog.cataloging.standing import standing
from catalog.intake.landing.delivered import name_for, takes_files
from catalog.releases import leases
from catalog.releases.published import Release, latest
from catalog.store import reading
from contracts.model import Contract
from policies.decision import Decision, Deny, Permit, Reason
from space.errors import Refused, SpaceError
from space.jobs.kept import Kept
from space.jobs.work import Cancelled, Postponed, Stopping, Work

_MODULE: Final = "pipelines.orchestration.asked"
# How long a child is waited for between two looks whether the job is to stop, in seconds.
_LOOK_S: Final = 1.0
# What the job goes through: the file is kept, its rows are built and judged, the outcome is told.
_STEPS: Final = 3
# Outcomes that leave a release standing on the file.
_STANDS: Final = ("released", "unchanged")
_FIGURES: Final = ("lines_read", "landed", "typed", "quarantined", "quality", "grade")
_LATER: Final = "the sending was not waited for: the regular run does it"

UNPUBLISHED: Final = Reason(
    "delivery.unpublished", "the entry is not published", allowed="have it signed and published first"
)
ELSEWHERE: Final = Reason(
    "delivery.elsewhere", "the rows of this dataset are not read from files that are handed in",
    allowed="they are fetched from a system or a folder, or made from other datasets: ask the authority",
)  # fmt: skip
NAME: Final = Reason(
    "delivery.name", "no source of the contract reads a file of this name",
    allowed="name the file as the contract does, with the same ending",
)  # fmt: skip


class BuildBroke(SpaceError):
    """The build of a delivery ended without an outcome."""


def in_force(connection: Connection, name: str) -> Contract | None:
    """The contract rows are built by now; None where the entry was never published, or is withdrawn."""
    found = standing(connection, name)
    if found.published is None or found.state != revisions.PUBLISHED:
        return None
    return revisions.current(connection, found.name).contract


def may_hand_in(connection: Connection, name: str, sent: str | None = None) -> Decision:
    """Whether a file may be handed in for an entry.

    Args:
        connection: to read with.
        name: of the entry, or its code.
        sent: name of the file; None to ask of any.
    """
    contract = in_force(connection, name)
    if contract is None:
        return Deny((UNPUBLISHED,))
    by_hand = revisions.current(connection, contract.name).path is None and takes_files(contract)
    if contract.composed is not None or not by_hand:
        return Deny((ELSEWHERE,))
    if sent is not None and name_for(contract, sent) is None:
        return Deny((NAME,))
    return Permit()


def run(work: Work) -> Mapping[str, Any]:
    """Keep the file and build its dataset; what came of it, in words and figures.

    The file stays only where a release stands on it: otherwise the former one comes back, or none.
    """
    name, sent = str(work.job.wanted["dataset"]), str(work.job.wanted["file"])
    with reading(work.bench.engine) as connection:
        decision = may_hand_in(connection, name, sent)
        if isinstance(decision, Deny):
            raise Refused(decision)
        contract = revisions.current(connection, name).contract
    content = work.input.read_bytes()
    kept = Kept(work, contract.name, str(name_for(contract, sent)), sha256(content).hexdigest())
    before: str | None = None
    try:
        work.step(0, _STEPS)
        before = _placed(work, kept, content)
        told = _built(work, contract.name, before)
    except Exception:  # also where it is to stop: it goes on as it was, unless a release stands on the file
        found = _settled(work, kept, before)
        if found is None:
            raise
        told = found
    else:
        if told["state"] in _STANDS:
            kept.forget()
        else:
            told = _settled(work, kept, before) or told
    read = told.pop("read")
    return told | {"sha256": kept.sha256, "as_handed_in": kept.sha256 in read if read else None}


def _placed(work: Work, kept: Kept, content: bytes) -> str:
    """Have the file stand; the id of the newest release before, empty where there was none."""
    with _held(work, kept.dataset):
        with reading(work.bench.engine) as connection:
            before = latest(connection, kept.dataset)
        kept.remember()
        kept.write(content)
    return "" if before is None else before.id


def _settled(work: Work, kept: Kept, before: str | None) -> dict[str, Any] | None:
    """Let the file stay where the newest release was made of it, whoever built it; else put back the former.

    Args:
        work: the job.
        kept: the file.
        before: id of the newest release before the file stood; None where this attempt never put it there.

    Returns:
        The outcome of a release that came since; None where there is none.
    """
    if not kept.remembered:
        return None
    with _held(work, kept.dataset):
        with reading(work.bench.engine) as connection:
            release = latest(connection, kept.dataset)
        if release is None or kept.sha256 not in _read(release):
            kept.put_back()
            return None
        kept.forget()
    return None if before is None or release.id == before else _outcome(release)


@contextlib.contextmanager
def _held(work: Work, dataset: str) -> Iterator[None]:
    """Hold the dataset, so that no build reads a file that is not meant for it.

    Raises:
        Postponed: a build of it is at work.
    """
    try:
        with leases.held(work.bench.engine, dataset, clock=work.bench.clock):
            yield
    except leases.LeaseHeld as error:
        raise Postponed from error


def _built(work: Work, name: str, before: str) -> dict[str, Any]:
    """The outcome of the build; where a release came of it, it counts whatever happened afterwards.

    Args:
        work: the job.
        name: of the dataset.
        before: id of its newest release before the build; empty where there was none.

    Raises:
        Cancelled, Stopping: the job was to stop, and nothing was published.
        BuildBroke: the build ended without an outcome.
    """
    stopped: Exception | None = None
    with tempfile.TemporaryFile() as lines:
        try:
            _ended(work, name, lines)
        except (Cancelled, Stopping) as error:
            stopped = error
        lines.seek(0)
        told = _told(lines.read().decode("utf-8", "replace"))
    if told is None:
        told = _published(work, name, before)
    if stopped is not None and (told is None or told["state"] not in _STANDS):
        raise stopped
    if told is None:
        # What a child writes beside may hold anything: only that it ended is told.
        raise BuildBroke("the build ended without an outcome — `ybz build` on the machine says why")
    return told


def _told(text: str) -> dict[str, Any] | None:
    """What the lines of a child say; None where its build had no outcome yet."""
    said: dict[str, Any] = {}
    for line in text.splitlines():
        with contextlib.suppress(ValueError):
            one = json.loads(line)
            said |= one if isinstance(one, dict) else {}
    if "outcome" not in said:
        return None
    sending = {"sent_back": 0, "not_sent_back": ""}
    if said["outcome"]["state"] in _STANDS:
        sending["not_sent_back"] = _LATER
    return {**said["outcome"], **sending, **said.get("sending", {})}


def _published(work: Work, name: str, before: str) -> dict[str, Any] | None:
    """The outcome of a child that published and ended before it could say so; None where it did not."""
    with reading(work.bench.engine) as connection:
        release = latest(connection, name)
    return None if release is None or release.id == before else _outcome(release)


def _outcome(release: Release) -> dict[str, Any]:
    """The outcome of the build a release came of."""
    figures = {each: getattr(release, each) for each in _FIGURES}
    sending = {"sent_back": 0, "not_sent_back": _LATER}
    said = {"name": release.dataset, "state": "released", "reason": "", "ms": {}, "read": _read(release)}
    return said | figures | sending


def _read(release: Release) -> list[str]:
    """Digests of the files a release was made of."""
    return [str(file["sha256"]) for file in release.counts.get("files", ()) if file.get("sha256")]


def _ended(work: Work, name: str, lines: IO[bytes]) -> None:
    """Run the process that builds to its end; it does not outlive the job."""
    given = dict(os.environ)
    given["YBZ_HOME"] = str(work.bench.home.root)
    child = subprocess.Popen(  # noqa: S603  (module: a constant above; the name is one of the ledger)
        [sys.executable, "-I", "-m", _MODULE, name],
        stdin=subprocess.DEVNULL,
        stdout=lines,
        stderr=subprocess.DEVNULL,
        env=given,
        close_fds=True,
    )
    try:
        work.step(1, _STEPS)
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(timeout=_LOOK_S)
                return
            work.step(1, _STEPS)
    finally:
        if child.poll() is None:
            child.kill()
        child.wait()
