"""``/v1/jobs`` and the doors of long work: it is asked for (202), looked at, fetched and cancelled.

A thin door; see :mod:`space.jobs`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, Field

from catalog.editions.closing import first_day
from catalog.lake.kept import kept_of
from catalog.store.schema import new_id
from policies.access import Act
from policies.access_matrix import acts
from policies.decision import Deny
from space.api.answering.paging import Page
from space.api.entrance.acting import Do, Document, Doing, Look, Looking, Signed
from space.api.ledger.drafting import Sent
from space.api.services import only, permit
from space.calls.budget import NOT_HELD
from space.errors import Refused, Unknown
from space.identity.tokens import Caller
from space.jobs import jobs
from space.jobs.jobs import DONE, Job
from space.jobs.work import drop, keep_input, result_of

router = APIRouter(prefix="/v1", tags=["jobs"])

Id = Annotated[str, Field(max_length=40)]
Month = Annotated[str, Field(pattern=r"^[12]\d{3}-(0[1-9]|1[0-2])$", description="YYYY-MM.")]
_Value = str | int | float | bool
# Whoever reads what came of a job may do what was asked for.
_ACTS: Final[Mapping[str, Act]] = {
    "bulk-import": Act.CATALOGUE_KEEP,
    "bulk-export": Act.CATALOGUE_REPORT,
    "bulk-adopt": Act.CATALOGUE_KEEP,
    "bulk-pack": Act.CATALOGUE_KEEP,
    "bulk-unpack": Act.CATALOGUE_KEEP,
    "reconciliation": Act.MONEY_KEEP,
    "edition": Act.EDITION_CLOSE,
    "dcat-export": Act.CATALOGUE_REPORT,
    "upward-export": Act.CATALOGUE_REPORT,
    "link-probe": Act.LINK_KEEP,
    "log-verification": Act.EVIDENCE_READ,
    "verification": Act.VERIFICATION_ASK,
    "delivery": Act.DATASET_BUILD,
}


class Form(Signed):
    """The departments' form: many entries at once."""

    file: Sent
    submit: bool = Field(False, description="Check the entries too and leave them to the head.")
    dry_run: bool = Field(False, description="Only say what is wrong and what would come of it.")
    reason: str = Field("catalogue form", min_length=1, max_length=2000)


class Period(Signed):
    """A period to be closed."""

    period: Month


class Since(Signed):
    """What is exported."""

    changed_since: AwareDatetime | None = None


class Upward(Signed):
    """Which closed edition is reported."""

    period: Month | Literal[""] = Field("", description="The latest closed one where left out.")
    since: Month | Literal[""] = Field("", description="Only what changed since that edition.")


class Probed(Signed):
    """Which links are tested."""

    name: str | None = Field(None, max_length=130, description="Those of this entry; all where left out.")
    kinds: list[Literal["release", "interface", "file", "job", "component"]] = Field([], max_length=5)


class Many(Signed):
    """Records to be verified, more than one call takes."""

    grant: str = Field(max_length=40, description="Id of the grant.")
    purpose: str = Field(max_length=60, description="Code of the purpose; the grant's.")
    dataset: str = Field(max_length=130, description="`schema.table`.")
    records: list[dict[str, _Value]] = Field(min_length=1, max_length=200_000)


@router.get("/jobs")
def list_jobs(
    look: Look,
    page: Page,
    status: Annotated[Literal["waiting", "running", "done", "failed", "cancelled"] | None, Query()] = None,
) -> Response:
    """The jobs of the caller's organisation, the oldest first; for a token of one grant those under it."""
    permit(look.who, Act.JOB_READ)
    who, part = look.who, page.part(datetime, str)
    kinds = [kind for kind, act in _ACTS.items() if acts()[act].one_grant]
    mine = () if who.grant_id is None else (jobs.under(who.grant_id, kinds),)
    found = look.at(lambda c: jobs.listing(c, who.organisation, status, part, *mine))
    return page.parted("jobs", [one.to_document() for one in found], "asked_at", "id")


@router.get("/jobs/{job}")
def show(job: Id, look: Look) -> Document:
    """One job: its state, how far it is, what came of it or why it failed."""
    permit(look.who, Act.JOB_READ)
    return _held(look, job).to_document()


@router.get("/jobs/{job}/result", response_class=Response)
def result(job: Id, look: Look) -> Response:
    """The file that came of a job."""
    permit(look.who, Act.JOB_READ)
    found = _held(look, job)
    permit(look.who, _ACTS[found.kind])
    if found.state != DONE or found.result_type is None:
        raise Unknown("result of the job", job)
    files, name = kept_of(look.wired.home), result_of(found.id)
    size = files.size_bytes(name)
    if size is None:
        raise Unknown("result of the job", job)
    headers = {"Cache-Control": "no-store", "Content-Length": str(size)}
    return StreamingResponse(files.part(name, 0, size), media_type=found.result_type, headers=headers)


@router.post("/jobs/{job}/cancellation")
def cancel(job: Id, said: Signed, do: Do) -> Document:
    """Ask a job to stop: one that waits ends at once, one that runs at its next step."""
    permit(do.who, Act.JOB_READ)
    _held(do, job)
    by, mine = do.by(said), do.who.organisation
    return do.inside(lambda c, now: jobs.cancel(c, job, mine, by=by, now=now).to_document())


@router.post("/bulk/imports", status_code=202)
def import_form(said: Form, do: Do, response: Response) -> Document:
    """Enter the entries of a form, all of them or none; faulty cells are told one by one in the result."""
    permit(do.who, Act.CATALOGUE_KEEP)
    raw = said.file.raw()
    wanted = {"name": said.file.name, "submit": said.submit, "dry_run": said.dry_run, "reason": said.reason}
    return asked(do, response, said, "bulk-import", wanted, raw)


@router.post("/editions", status_code=202)
def close_edition(said: Period, do: Do, response: Response) -> Document:
    """Close a period 账期: the ledger's public view as signed tables."""
    permit(do.who, Act.EDITION_CLOSE)
    first_day(said.period)
    return asked(do, response, said, "edition", {"period": said.period})


@router.post("/exports/dcat", status_code=202)
def export_dcat(said: Since, do: Do, response: Response) -> Document:
    """Export the published ledger as DCAT-AP 3, all pages in one ZIP file."""
    permit(do.who, Act.CATALOGUE_REPORT)
    since = None if said.changed_since is None else said.changed_since.isoformat()
    return asked(do, response, said, "dcat-export", {"changed_since": since})


@router.post("/exports/upward", status_code=202)
def export_upward(said: Upward, do: Do, response: Response) -> Document:
    """Package a closed edition for the higher level 目录上报, signed."""
    permit(do.who, Act.CATALOGUE_REPORT)
    return asked(do, response, said, "upward-export", {"period": said.period, "since": said.since})


@router.post("/links/probes", status_code=202)
def probe_links(said: Probed, do: Do, response: Response) -> Document:
    """Test every link, or those of an entry."""
    permit(do.who, Act.LINK_KEEP)
    return asked(do, response, said, "link-probe", {"name": said.name, "kinds": list(said.kinds)})


@router.post("/verifications/batches", status_code=202)
def verify_many(said: Many, do: Do, response: Response) -> Document:
    """Verify many records 核验, batch by batch, each with its receipt; the records are deleted at the end."""
    permit(do.who, Act.VERIFICATION_ASK)
    only(do.who, said.grant)
    wanted = {
        "grant": said.grant, "purpose": said.purpose, "dataset": said.dataset, "token_grant": do.who.grant_id,
    }  # fmt: skip
    return asked(do, response, said, "verification", wanted, json.dumps(said.records).encode())


@router.post("/evidence/verifications", status_code=202)
def verify_log(said: Signed, do: Do, response: Response) -> Document:
    """Re-derive the whole evidence log and check every checkpoint."""
    permit(do.who, Act.EVIDENCE_READ)
    return asked(do, response, said, "log-verification", {})


def _held(look: Looking, job: str) -> Job:
    """The job, where it is the caller's and its token opens it."""
    found = look.at(lambda c: jobs.by_id(c, job, look.who.organisation))
    if not _opens(look.who, found):
        raise Refused(Deny((NOT_HELD,)))
    return found


def _opens(who: Caller, job: Job) -> bool:
    """Whether a token opens a job: one of one grant those under it, and those it could ask for."""
    if who.grant_id is None:
        return True
    under = job.wanted.get("grant")
    return acts()[_ACTS[job.kind]].one_grant if under is None else who.grant_id == under


def asked(
    do: Doing,
    response: Response,
    said: Signed,
    kind: str,
    wanted: Mapping[str, Any],
    given: bytes | None = None,
) -> Document:
    """Ask for a job; its file is there before any process may take it."""
    by, home, job_id = do.by(said), do.wired.home, new_id("job")

    def act(connection: Any, now: Any) -> Document:
        return jobs.ask(connection, do.who, kind, wanted, by=by, now=now, job_id=job_id).to_document()

    if given is None:
        document = do.inside(act)
    else:
        keep_input(home, job_id, given)
        try:
            document = do.inside(act)
        except BaseException:  # whatever refused it, its file does not stay
            drop(home, job_id)
            raise
        if document["id"] != job_id:  # it was asked for before
            drop(home, job_id)
    response.headers["Location"] = f"/v1/jobs/{document['id']}"
    return document
