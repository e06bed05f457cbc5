"""What the doctor asks of keys and secrets, of the log's head, of backups and of what has to be deleted.

Decides nothing and mends nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import func, select

from catalog.errors import CatalogError
from catalog.evidence.checkpoint import read_signed
from catalog.evidence.continuity import gap
from catalog.keys import SIGNING_FILE, load, ring_of
from catalog.keys.heads import NoFolder, known, outside_folder
from catalog.linking.secrets import secrets_of
from catalog.settings.reading import rehearsing
from catalog.store import reading, standing
from catalog.store.tables.evidence import checkpoints, evidence_entries
from catalog.store.tables.keys import signing_keys
from space.calls.keeping import drop_old
from space.observing.finding import Case, Finding


def store_stands_where_it_was(case: Case) -> Finding:
    """The store stands where it was written last: its folder is no copy of one that may still run."""
    here = standing.of(case.engine)
    if here is None:
        return Finding("place", True, "the store is on a server, whatever folders name it")
    with reading(case.engine) as connection:
        last = standing.elsewhere(connection)
    if last is None:
        return Finding("place", True, "the store stands where it was written last")
    found = f"the store is not the file it was written in last ({last.path}), and is only read"
    return Finding("place", False, found, "state whether it was moved or is a copy: `ybz evidence place`")


def signing_key_is_young(case: Case) -> Finding:
    """The signing key is not older than the rules ask."""
    try:
        since = _in_use_since(case)
    except OSError:
        return Finding("key_age", False, "there is no signing key", "restore the keys from backup")
    days, most = (case.now - since).days, int(case.ruled("signing_key_age"))
    if days > most:
        found = f"the signing key is {days} days old (rule: {most})"
        return Finding("key_age", True, found, "`ybz key rotate` announces the next one")
    return Finding("key_age", True, f"the signing key is {max(days, 0)} days old")


def log_is_whole_at_its_head(case: Case) -> Finding:
    """The store holds the log that was signed, and its newest checkpoint bears a good signature."""
    c = checkpoints.c
    newest = select(c.note, c.size).where(c.note.is_not(None)).order_by(c.size.desc()).limit(1)
    try:
        signer = load(case.home).signer
        with reading(case.engine) as connection:
            behind = gap(connection, known(case.home))
            row, ring = connection.execute(newest).first(), ring_of(connection, signer)
        if behind is None and row is not None:
            read_signed(row.note, ring)
    except NoFolder as error:
        return Finding("log", False, str(error), "nothing is signed, and no grant answers, until it is there")
    except CatalogError as error:
        return Finding(
            "log", False, str(error), "stop the service; see docs/operate.md, when something is wrong"
        )
    if behind is not None:
        return Finding("log", False, behind, "see docs/operate.md, backup and restore")
    if row is None:
        return Finding("log", True, "nothing is signed yet")
    outside = "and outside" if outside_folder(case.home) else "and nowhere outside the installation"
    return Finding("log", True, f"whole at {row.size} entries, published here {outside}")


def backup_is_young(case: Case) -> Finding:
    """A backup was taken and verified not long ago; where it lies now, the ledger cannot know."""
    e = evidence_entries.c
    taken = select(func.max(e.recorded_at)).where(e.event == "store:backup:take")
    with reading(case.engine) as connection:
        last = connection.execute(taken).scalar_one()
    if last is None:
        return Finding("backup", True, "no backup was taken yet", "`ybz backup DIR`, then move DIR elsewhere")
    days = (case.now - last).days
    if days > int(case.ruled("backup_age")):
        return Finding(
            "backup", True, f"the newest backup is {days} days old", "`ybz backup DIR`, every night"
        )
    return Finding("backup", True, f"the newest backup is {max(days, 0)} days old")


def secrets_are_stated(case: Case) -> Finding:
    """Every secret of links is stated for a department and its addresses; what is not is sent nowhere."""
    held = secrets_of(case.home)
    where = "state whose each is and where it goes in secrets/stated.yaml (docs/usage.md), or delete it"
    if held.fault:
        found = f"secrets/stated.yaml is not believed: {held.fault}; no link is sent its secret"
        return Finding("secrets", False, found, "mend it: docs/usage.md, Secrets of links, has an example")
    kept, stated = held.kept(), {each.secret for each in held.statements}
    # Counts alone: a finding is read by more people than keep secrets.
    lacking, empty = len(kept - stated), len(stated - kept)
    if lacking:
        found = f"{lacking} of {len(kept)} secrets of links are stated for nobody, and sent nowhere"
        return Finding("secrets", True, found, where)
    if empty:
        found = f"{empty} secrets are stated that are not here"
        return Finding(
            "secrets", True, found, "put them into secrets/ or the environment, or end the statement"
        )
    return Finding("secrets", True, f"{len(kept)} secrets of links, each stated for whom and where")


def log_is_kept_outside(case: Case) -> Finding:
    """A copy of the log is published where nobody who holds the store can change it."""
    if rehearsing(case.home.root):
        return Finding("copy", True, "a rehearsal publishes inside itself alone")
    if outside_folder(case.home) is not None:
        return Finding("copy", True, "the log is published outside the installation, too")
    todo = "publish the log into a folder on another machine's disk; without it a restore proves less"
    return Finding("copy", True, "the log is published inside the installation alone", todo)


def nothing_is_kept_too_long(case: Case) -> Finding:
    """No answer is kept whose time is over."""
    over = len(drop_old(case.engine, case.home, case.now, dry_run=True).answers)
    if over:
        todo = "a running `ybz serve` drops them; without one `ybz evidence retain` does"
        return Finding("retention", False, f"{over} answers are kept whose time is over", todo)
    return Finding("retention", True, "no answer is kept whose time is over")


def _in_use_since(case: Case) -> datetime:
    s = signing_keys.c
    with reading(case.engine) as connection:
        since = connection.execute(select(func.max(s.valid_from)).where(s.valid_to.is_(None))).scalar_one()
    if since is not None:
        found: datetime = since
        return found
    # The first key has no row before it is rotated: its file is as old as it is.
    return datetime.fromtimestamp((case.home.keys / SIGNING_FILE).stat().st_mtime, UTC)
