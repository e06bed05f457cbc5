"""The last stage of a build: checked rows become a release, whole or by their changes.

Decides whether there is anything to publish, and whether both tables are written anew or changed in
place; what changes is :mod:`catalog.releases.increment`'s decision, the protocol
:mod:`catalog.releases.publication`'s.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from catalog.cataloging.drafts import WHOLE, Change, Draft, Mode
from catalog.home import Home
from catalog.releases.arrivals import Arrivals
from catalog.releases.attempts import Attempt
from catalog.releases.content import content_hash, seal
from catalog.releases.facts import Facts, check
from catalog.releases.increment import Increment, increment
from catalog.releases.increment_keys import Published
from catalog.releases.matching import Matched, match
from catalog.releases.protect import ROW_ID, protect
from catalog.releases.published import Release, former_vault, protected_files, read_vault_whole
from contracts.model import Contract, LoadKind
from pipelines.building.account import Account, Rows
from pipelines.building.loads import Base, identified, shape
from pipelines.building.watermarks import watermark_of

# A merged table of more files than this is written whole once: each reader opens every one of them.
MAX_FILES: Final = 256


@dataclass(frozen=True, slots=True)
class Made:
    """A release to be, before its draft.

    Attributes:
        vault, protected: rows of both tables, or the changes to them.
        change: what they are to the former release.
    """

    vault: pa.Table
    protected: pa.Table
    facts: Facts
    content: str
    change: Change = WHOLE


class Unchanged(Exception):
    """The rows delivered are those of the release that is in service; its text says so."""


class Releasing:
    """Makes the draft of a release.

    Args:
        home: the installation.
        key: the pseudonym key.

    Attributes:
        fingerprint: of that key; pseudonyms kept by a release made with another are not used again.
    """

    def __init__(self, home: Home, key: bytes) -> None:
        self.home, self.key = home, key
        self.fingerprint = hmac.digest(key, b"fingerprint", "sha256").hex()[:16]

    def draft(
        self,
        contract: Contract,
        revision: int,
        rows: Rows,
        base: Base,
        inputs: str,
        account: Account,
        attempt: Callable[[], Attempt],
        *,
        corrections: str = "",
    ) -> Draft:
        """The release of checked rows.

        Args:
            contract: of the dataset.
            revision: its number.
            rows: checked rows and, of a load that adds, their net changes.
            base: what they are added to.
            inputs: fingerprint of what they were made from.
            account: of the build; what changed is written into its counts.
            attempt: the build as it stands when the draft is made.
            corrections: digest of the corrections laid over the raw rows.

        Raises:
            Unchanged: there is nothing to publish.
            FactsRefused: the release would not keep what its contract declares.
        """
        before, arrived = base.release, rows.arrived
        if contract.load.kind is not LoadKind.FULL:
            account.counts["shape"] = shape(contract, corrections)
        if base.adds and before is not None and arrived is not None:
            made = self._added(contract, revision, rows, arrived, base, before, account)
        else:
            made = self._whole(contract, revision, rows, before, account)
        account.counts["pseudonym_key"] = self.fingerprint
        assert account.grade is not None
        return Draft(
            dataset=contract.name,
            revision=revision,
            fingerprint=inputs,
            vault=made.vault,
            protected=made.protected,
            content_hash=made.content,
            seal=seal(made.content, self.key),
            counts=account.counts,
            dimensions=account.dimensions,
            grade=account.grade,
            facts=made.facts,
            attempt=attempt(),
            edges=rows.edges,
            change=made.change,
            charge=rows.charge,
        )

    def _whole(
        self, contract: Contract, revision: int, rows: Rows, before: Release | None, account: Account
    ) -> Made:
        """Both tables written anew from every row."""
        typed = identified(contract, rows.typed)
        with account.timed("match"), ThreadPoolExecutor(max_workers=1) as pool:
            hashing = pool.submit(content_hash, contract, typed)
            former = None if before is None else former_vault(self.home, before, self.fingerprint)
            matched = match(contract, typed, former)
            content = hashing.result()
        same = before is not None and (before.content_hash == content or _nothing(matched.changes))
        if before is not None and same and self._stands(revision, before, account):
            raise Unchanged(_said(before))
        made = self._forms(contract, typed, matched, content, rows, account)
        account.counts["changes"] = dict(matched.changes)
        self._remember(contract, typed, None, typed.num_rows, account)
        return made

    def _added(
        self,
        contract: Contract,
        revision: int,
        rows: Rows,
        arrived: Arrivals,
        base: Base,
        before: Release,
        account: Account,
    ) -> Made:
        """Both tables changed by what arrived."""
        # What was judged before is not judged again, so a grade once found stays.
        account.grade = max(account.grade or before.grade, before.grade)
        nothing = not (rows.typed.num_rows or arrived.gone.num_rows or rows.rejected.num_rows)
        if nothing and self._stands(revision, before, account):
            raise Unchanged(f"nothing was delivered that release {before.number} does not hold")
        vault = former_vault(self.home, before, self.fingerprint)
        files = protected_files(self.home, before)
        next_row = before.counts.get("next_row", 0)
        standing = Published(vault, files, before.facts, before.row_count, before.content_hash, next_row)
        with account.timed("protect"):
            change = increment(contract, rows.typed, arrived.gone, arrived.existing, self.key, standing)
        account.counts["changes"] = dict(change.changes)
        self._remember(contract, rows.typed, before.counts.get("watermark"), change.next_row, account)
        if not vault.keyed or len(files) > MAX_FILES:
            return self._rewritten(contract, change, before, rows, account)
        mode = Mode.APPEND if change.adds_only else Mode.MERGE
        moved = Change(mode, change.removed, change.rows, before.id)
        return Made(change.vault, change.protected, change.facts, change.content, moved)

    def _rewritten(
        self,
        contract: Contract,
        change: Increment,
        before: Release,
        rows: Rows,
        account: Account,
    ) -> Made:
        """The same rows as the change gives, both tables written anew."""
        held = read_vault_whole(self.home, before)
        if ROW_ID in held.column_names:
            out = pa.concat_arrays([change.vault[ROW_ID].combine_chunks(), change.removed])
            held = held.filter(pc.invert(pc.is_in(held[ROW_ID], value_set=out)))
        whole = pa.concat_tables([held, change.vault.select(held.column_names).cast(held.schema)])
        own = [name for name in whole.column_names if name.startswith(("_n_", "_u_"))]
        typed = whole.drop_columns(own)
        if ROW_ID in typed.column_names:
            typed = typed.sort_by(ROW_ID)
        matched = match(contract, typed, former_vault(self.home, before, self.fingerprint))
        return self._forms(contract, typed, matched, change.content, rows, account)

    def _forms(
        self,
        contract: Contract,
        typed: pa.Table,
        matched: Matched,
        content: str,
        rows: Rows,
        account: Account,
    ) -> Made:
        with account.timed("protect"):
            made = protect(contract, typed, self.key, matched=matched)
        with account.timed("facts"):
            facts = check(contract, made.vault, made.protected, rows.derived_from)
        return Made(made.vault, made.protected, replace(facts, noise=rows.noise), content)

    def _stands(self, revision: int, before: Release, account: Account) -> bool:
        """Whether a release of the same rows would say the same."""
        return (
            before.revision == revision
            and before.grade == account.grade
            and before.counts.get("pseudonym_key") == self.fingerprint
        )

    def _remember(
        self, contract: Contract, rows: pa.Table, watermark: str | None, next_row: int, account: Account
    ) -> None:
        """What the next delivery goes on from."""
        account.counts["next_row"] = next_row
        mark = watermark_of(contract, rows, watermark)
        if mark is not None:
            account.counts["watermark"] = mark


def _said(before: Release) -> str:
    return f"the rows delivered are those of release {before.number}"


def _nothing(changes: Mapping[str, int]) -> bool:
    """Whether rows were matched, and all of them are the same."""
    return bool(changes) and not any(count for name, count in changes.items() if name != "same")
