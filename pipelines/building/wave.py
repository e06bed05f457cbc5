"""A wave: one dataset after the other, each from its sources to its release.

Decides the order of a wave and that the failure of one dataset never ends it. The steps of a build
are :mod:`pipelines.building.stages`'s and :mod:`pipelines.building.gating`'s, the protocol of a release is
:mod:`catalog.releases.publication`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from types import TracebackType

from sqlalchemy import Connection, Engine

from catalog import keys, rectification
from catalog.home import Home
from catalog.intake.errors import SchemaDrifted
from catalog.intake.landing.delivered import folder_of
from catalog.intake.landing.fingerprint import FileDigests
from catalog.lake.bringing import bring_sources
from catalog.lineage.columns import inputs_of
from catalog.releases import leases, units
from catalog.releases.attempts import Attempt, add_timings, record_attempt
from catalog.releases.charges import YearExhausted
from catalog.releases.facts import FactsRefused
from catalog.releases.leases import Lease
from catalog.releases.publication import publish, settle
from catalog.releases.published import Newest, Release, adopt_fingerprint, latest, write_quarantine
from catalog.revisions import Contracts, Revision
from catalog.store import reading, writing
from catalog.store.schema import new_id
from contracts.model import Contract
from pipelines.building.account import Account, Ledger, Rows
from pipelines.building.ahead import Ahead
from pipelines.building.gating import gated, graded
from pipelines.building.inputs import compared, compared_with, input_fingerprint, still_there
from pipelines.building.judgement import Judgement
from pipelines.building.loads import Base, base_of
from pipelines.building.outcome import Outcome, State
from pipelines.building.releasing import Releasing, Unchanged
from pipelines.building.stages import checked_rows, composed_rows, landed_rows
from pipelines.errors import Stopped
from pipelines.expectations.staging import Staging

Clock = Callable[[], datetime]


class Wave:
    """Builds datasets of one installation, one after the other; use it as a context manager.

    Args:
        home: the installation.
        engine: its store.
        revisions: the datasets of the ledger as they stand.
        as_of: day on which timeliness and dated rules are judged, Asia/Shanghai.
        run: identifier of the run, kept with every attempt.
        clock: gives the instant, UTC.
        strict: raise a fault of ours instead of recording it.
    """

    def __init__(
        self,
        home: Home,
        engine: Engine,
        revisions: tuple[Revision, ...],
        *,
        as_of: date,
        run: str,
        clock: Clock = lambda: datetime.now(UTC),
        strict: bool = False,
    ) -> None:
        self.home, self.engine, self.as_of, self.run, self.clock = home, engine, as_of, run, clock
        self.revisions = {revision.name: revision for revision in revisions}
        self.contracts = Contracts(revisions)
        self.strict = strict
        self._releasing = Releasing(home, keys.load(home).pseudonym)
        self._digests = FileDigests.load(engine, now=clock())
        with reading(engine) as connection:
            # One version for the whole wave: what is fingerprinted is what is laid over the rows.
            self._corrections = rectification.versions(connection)
        self._judgement = Judgement(engine, self.contracts, on=as_of, clock=clock)
        self._staging: Staging | None = None
        self._ahead = Ahead(self._land, ())

    def __enter__(self) -> Wave:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ahead.close()
        if self._staging is not None:
            self._staging.__exit__(kind, error, trace)
        units.forget()

    def expect(self, names: Sequence[str]) -> None:
        """Say what will be built, in order, so that sources are read ahead."""
        self._ahead.close()
        self._ahead = Ahead(self._land, [n for n in names if self.contracts[n].composed is None])

    def build(self, name: str) -> tuple[Outcome, Account]:
        """Build one dataset; whatever happens is recorded and returned, never raised."""
        account, began = Account(), self.clock()
        try:
            state, reason = self._build(self.revisions[name], account, began)
        except (Stopped, FactsRefused, SchemaDrifted, YearExhausted) as stop:
            state, reason = "stopped", str(stop)
        # One dataset's failure must not end the wave. What is not ours to show is named by its kind
        # only: the text of a foreign error may quote a value.
        except Exception as error:
            user_facing = getattr(error, "user_facing", False)
            if self.strict and not user_facing:
                raise
            state, reason = "failed", str(error) if user_facing else f"internal error: {type(error).__name__}"
        if state != "released":
            with writing(self.engine) as connection:
                attempt = self._attempt(name, state, reason, account, began)
                record_attempt(connection, attempt)
                self._observe(connection, attempt, account)
        self._ahead.drop(name)
        return Outcome.of(name, state, reason, account), account

    def _build(self, revision: Revision, account: Account, began: datetime) -> tuple[State, str]:
        contract = revision.contract
        with leases.held(self.engine, contract.name, clock=self.clock) as lease:
            # What a dead builder left comes first: it may be the release this one follows.
            settle(self.home, self.engine, lease, now=self.clock())
            ledger = self._ledger()
            inputs = self._inputs(contract)
            folder = folder_of(self.home, revision.name, revision.path)
            with account.timed("fingerprint"):
                bring_sources(self.home, contract.sources, folder)
                fingerprint = input_fingerprint(contract, folder, ledger, inputs, self._digests)
            released = {name: release.id for name, release in ledger.releases.items()}
            fingerprint = compared_with(fingerprint, contract.name, compared(contract), released)
            fingerprint = rectification.fingerprinted(fingerprint, self._corrections.get(contract.name, ""))
            fingerprint = self._judgement.fingerprinted(contract.name, fingerprint)
            before = ledger.releases.get(contract.name)
            if before is not None and before.fingerprint == fingerprint:
                _repeat(account, before)
                return "unchanged", ""
            rows = self._rows(revision, ledger, inputs, before, account)
            staging = self._open_staging(account)
            rows = checked_rows(self.home, contract, rows, staging, ledger, self.as_of, account)
            self._quarantine(lease, rows, account)
            judged = self._judgement.of(contract)
            adds = rows.base is not None and rows.base.adds
            former = self._judgement.of_former_rows(contract) if adds else ()
            findings = graded(contract, rows, account, judged, former)
            gated(contract, findings, account, adds=adds, judged=judged)
            try:
                self._release(lease, revision, rows, fingerprint, before, account, began)
            except Unchanged as same:
                assert before is not None
                if rows.arrived is not None:  # no row was judged: what is known of the release stands
                    account.quality, account.results, account.dimensions = before.quality, (), {}
                with writing(self.engine) as connection:
                    leases.hold(connection, lease)
                    adopt_fingerprint(connection, before, fingerprint, account.held)
                return "unchanged", str(same)
            return "released", ""

    def _release(
        self,
        lease: Lease,
        revision: Revision,
        rows: Rows,
        fingerprint: str,
        before: Release | None,
        account: Account,
        began: datetime,
    ) -> None:
        name = revision.name
        draft = self._releasing.draft(
            revision.contract,
            revision.number,
            rows,
            rows.base or Base(before),
            fingerprint,
            account,
            lambda: self._attempt(name, "released", "", account, began),
            corrections=self._corrections.get(name, ""),
        )
        with account.timed("publish"):
            publish(self.home, self.engine, lease, draft, now=self.clock())
        with writing(self.engine) as connection:
            add_timings(connection, draft.attempt.id, account.timings)
            self._observe(connection, draft.attempt, account)

    def _rows(
        self,
        revision: Revision,
        ledger: Ledger,
        inputs: tuple[str, ...],
        before: Release | None,
        account: Account,
    ) -> Rows:
        if revision.contract.composed is not None:
            return composed_rows(self.home, self.engine, revision, ledger, inputs, self.as_of, account)
        rows = self._ahead.take(revision.name, account)
        if rows.arrived is not None and rows.base is not None and rows.base.id != (before and before.id):
            # Landed ahead for a release that another build has followed meanwhile.
            return self._land(revision.name, account)
        if not still_there(
            revision.contract,
            folder_of(self.home, revision.name, revision.path),
            rows,
            account,
            self._digests,
        ):
            # Landed ahead, before what it was read from was replaced.
            return self._land(revision.name, account)
        return rows

    def _land(self, name: str, account: Account) -> Rows:
        revision = self.revisions[name]
        with reading(self.engine) as connection:
            before = latest(connection, name)
        corrections, folder = (
            self._corrections.get(name, ""),
            folder_of(self.home, revision.name, revision.path),
        )
        bring_sources(self.home, revision.contract.sources, folder)
        return landed_rows(
            revision.contract,
            folder,
            account,
            home=self.home,
            base=base_of(revision.contract, before, corrections),
            key=self._releasing.fingerprint,
            corrections=corrections,
            digest_of=self._digests.sha256,
            as_of=self.as_of,
        )

    def _quarantine(self, lease: Lease, rows: Rows, account: Account) -> None:
        account.rejected = rows.rejected
        if rows.rejected.num_rows:
            with account.timed("quarantine"):
                version = write_quarantine(self.home, lease.dataset, rows.rejected, lease.fence)
            account.counts["quarantine_version"] = version

    def _observe(self, connection: Connection, attempt: Attempt, account: Account) -> None:
        """Cases of faulty data follow every build, in the transaction that records it."""
        rectification.observe(
            connection,
            self.contracts[attempt.dataset],
            attempt,
            counts=account.counts,
            rejected=account.rejected,
        )

    def _open_staging(self, account: Account) -> Staging:
        if self._staging is None:
            with account.timed("open_checks"):
                self._staging = Staging().__enter__()
        return self._staging

    def _ledger(self) -> Ledger:
        return Ledger(self.contracts, Newest(self.engine))

    def _inputs(self, contract: Contract) -> tuple[str, ...]:
        return inputs_of(contract.composed.sql) if contract.composed is not None else ()

    def _attempt(self, name: str, state: State, reason: str, account: Account, began: datetime) -> Attempt:
        return Attempt(
            id=new_id("bld"),
            run=self.run,
            dataset=name,
            state=state,
            reason=reason,
            started_at=began,
            ended_at=self.clock(),
            lines_read=account.lines_read,
            landed=account.landed,
            typed=account.typed,
            quarantined=account.quarantined,
            quality=account.quality,
            grade=account.grade,
            timings=dict(account.timings),
            results=account.results,
            found=account.found,
        )


def _repeat(account: Account, before: Release) -> None:
    """An unchanged dataset shows the figures of the release that stays in service."""
    account.lines_read, account.landed = before.lines_read, before.landed
    account.typed, account.quarantined = before.typed, before.quarantined
    account.quality, account.grade = before.quality, before.grade
