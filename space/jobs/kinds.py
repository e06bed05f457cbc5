"""Kinds of jobs: what each does, step by step, over the services the commands use.

Decides which long work there is and what is safe to begin again after a process died. An edition, and a
catalogue that is taken over, are not: whoever asked looks whether it was done.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from catalog import keys
from catalog.bulk import entering, reading
from catalog.cataloging.values import Acts
from catalog.editions import closing
from catalog.evidence.publishing import publish
from catalog.evidence.verify import verify_store
from catalog.exports import harvest, package
from catalog.exports.identity import identity
from catalog.keys import ring_of
from catalog.linking.probing import probe
from catalog.linking.settings import Kind as LinkKind
from catalog.store import reading as transaction
from catalog.store import writing
from contracts.canonical import digest
from contracts.model import Contract
from policies.access import Act, Role
from policies.clocks import local_date
from policies.decision import Deny, Reason
from space.access.stating import may_state
from space.calls import idempotency
from space.errors import Refused, SpaceError
from space.identity.callers import still_heard
from space.identity.tokens import Caller
from space.jobs import delivering, moving
from space.jobs.jobs import ASKED_AS
from space.jobs.work import Work
from space.verification.prepare import Asked

JSON: Final = "application/json"
# Records of one call of a verification; each batch has its own receipt.
BATCH: Final = 10_000

ASKER: Final = Reason(
    "job.asker", "who asked for the job may not ask for it any more", allowed="have it asked for by who may"
)


class OthersEntries(SpaceError):
    """A form with entries the sender's department does not answer for."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a job.

    Attributes:
        result: in words and figures.
        file: media type of the file it wrote; None where it wrote none.
    """

    result: Mapping[str, Any]
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of job.

    Attributes:
        run: does it.
        repeatable: whether it may be begun again where its process died.
    """

    run: Callable[[Work], Outcome]
    repeatable: bool = True


def _bulk(work: Work) -> Outcome:
    wanted, bench = work.job.wanted, work.bench
    acts = Acts(work.job.asked_by, str(wanted["reason"]), bench.clock())
    with moving.passing() as place:
        # Of the name that was sent only the ending counts: it says how the file is read.
        file = (place / "form").with_suffix(Path(str(wanted["name"])).suffix)
        file.write_bytes(work.input.read_bytes())
        try:
            given = entering.given_by(bench.engine, reading.read(file))
            _require_own(work, [one.contract for one in given])
            work.step(0, len(given))
            made = (
                ()
                if wanted["dry_run"]
                else entering.enter(bench.engine, given, acts, submit=wanted["submit"])
            )
        except reading.FormFaulty as error:
            return Outcome(*moving.faulty(work, file, error))
    return Outcome(moving.entered(made) | {"given": len(given)})


def _require_own(work: Work, contracts: Sequence[Contract]) -> None:
    """Let a form pass only where every entry there is, and every new one, is the sender's to keep."""
    role, today = Role(work.job.role), local_date(work.bench.clock())
    if role is Role.SYSTEM_ADMIN:
        return
    with transaction(work.bench.engine) as connection:
        judged = (
            may_state(connection, role, work.job.organisation, Act.CATALOGUE_KEEP, one, today)
            for one in contracts
        )
        if any(isinstance(each, Deny) for each in judged):
            raise OthersEntries("the form holds entries of other departments — send your own")


def _edition(work: Work) -> Outcome:
    bench = work.bench
    held = keys.load(bench.home)
    closed = closing.close(
        bench.home, bench.engine, str(work.job.wanted["period"]), keys=held, by=work.job.asked_by,
        now=bench.clock(),
    )  # fmt: skip
    return Outcome(closed.to_document() | {"key_id": held.signer.key_id})


def _dcat(work: Work) -> Outcome:
    bench, since = work.bench, work.job.wanted.get("changed_since")
    said, changed = (
        identity(bench.home, bench.signer.key_id),
        None if since is None else datetime.fromisoformat(since),
    )
    count, number = 0, 0
    work.result.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with zipfile.ZipFile(work.result, "w", zipfile.ZIP_DEFLATED) as archive, transaction(bench.engine) as c:
        pages = harvest.pages(c, said, now=bench.clock(), size=harvest.PAGE, changed_since=changed)
        for number, page in enumerate(pages, 1):
            document = harvest.linked(page, _page(number), _page(number + 1))
            archive.writestr(_page(number), json.dumps(document, ensure_ascii=False, indent=1))
            count += page.entries
    return Outcome({"entries": count, "pages": number, "base": said.base}, moving.ZIP)


def _upward(work: Work) -> Outcome:
    bench, wanted = work.bench, work.job.wanted
    work.result.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = package.make(
        bench.home, bench.engine, work.result, period=str(wanted["period"]), since=str(wanted["since"]),
        by=work.job.asked_by, now=bench.clock(),
    )  # fmt: skip
    return Outcome(made.to_document(), moving.ZIP)


def _probe(work: Work) -> Outcome:
    bench, wanted = work.bench, work.job.wanted
    kinds = [LinkKind(kind) for kind in wanted["kinds"]] or list(LinkKind)
    done = probe(
        bench.home, bench.engine, by=work.job.asked_by, now=bench.clock(), dataset=wanted["name"], kinds=kinds
    )
    told = [one.to_document() for one in done]
    return Outcome({"tests": told, "alive": sum(bool(one["alive"]) for one in told)})


def _log(work: Work) -> Outcome:
    bench = work.bench
    publish(bench.engine, bench.home, bench.signer, bench.clock())
    with transaction(bench.engine) as connection:
        return Outcome(verify_store(connection, ring_of(connection, bench.signer)).document())


def _verify(work: Work) -> Outcome:
    """Batch by batch, each answered once: a batch that was answered before the process died is read again."""
    wanted = work.job.wanted
    records = json.loads(work.input.read_bytes())
    work.result.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    person, program = wanted.get(ASKED_AS, (None, None))
    role, only = Role(work.job.role), wanted.get("token_grant")
    who = Caller(work.job.organisation, role, grant_id=only, person=person, program=program)
    answers, receipts = [], []
    for at in range(0, len(records), BATCH):
        work.step(at, len(records))
        _require_still(work, who)
        part = Asked(wanted["grant"], wanted["purpose"], wanted["dataset"], records[at : at + BATCH])
        told = _batch(work, who, part, f"{work.job.id}:{at}")
        answers += told["outcomes"]
        receipts.append(told["receipt"])
    work.result.write_text(
        json.dumps({"outcomes": answers, "receipts": receipts}, ensure_ascii=False), "utf-8"
    )
    return Outcome({"records": len(records), "receipts": [one["id"] for one in receipts]}, JSON)


def _require_still(work: Work, who: Caller) -> None:
    """Let a batch pass only for who may still ask for it: a membership or a token ends at once."""
    with transaction(work.bench.engine) as connection:
        if not still_heard(connection, who, work.job.asked_at, work.bench.clock()):
            raise Refused(Deny((ASKER,)))


def _batch(work: Work, who: Caller, part: Asked, key: str) -> dict[str, Any]:
    bench = work.bench
    with writing(bench.engine) as connection:
        said = (part.grant_id, part.purpose, part.dataset, digest([sorted(one) for one in part.records]))
        before = idempotency.begin(connection, who.organisation, key, said, bench.clock())
    try:
        if before is not None:
            told = bench.verifier.again(who, part, before)
        else:
            told = bench.verifier.verify(who, part, key)
    except BaseException:
        with writing(bench.engine) as connection:
            idempotency.free(connection, who.organisation, key)
        raise
    if isinstance(told, Deny):
        with writing(bench.engine) as connection:
            idempotency.free(connection, who.organisation, key)
        raise Refused(told)
    return told.to_document()


def _page(number: int) -> str:
    return f"catalogue-{number:04d}.jsonld"


KINDS: Final[Mapping[str, Kind]] = {
    "bulk-import": Kind(_bulk),
    "bulk-export": Kind(lambda work: Outcome(*moving.export(work))),
    "bulk-adopt": Kind(lambda work: Outcome(*moving.adopt(work)), repeatable=False),
    "bulk-pack": Kind(lambda work: Outcome(*moving.pack(work))),
    "bulk-unpack": Kind(lambda work: Outcome(*moving.unpack(work))),
    "reconciliation": Kind(lambda work: Outcome(*moving.count_anew(work))),
    "edition": Kind(_edition, repeatable=False),
    "dcat-export": Kind(_dcat),
    "upward-export": Kind(_upward),
    "link-probe": Kind(_probe),
    "log-verification": Kind(_log),
    "verification": Kind(_verify),
    "delivery": Kind(lambda work: Outcome(delivering.run(work))),
}
