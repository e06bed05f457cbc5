"""Liveness of a table release: its versions open, hold their rows, and the update cycle is kept."""

from __future__ import annotations

from datetime import date
from typing import Any

from catalog.home import Home
from catalog.linking.verdict import Limits, Verdict
from catalog.releases import delta
from catalog.releases import published as releases
from catalog.releases.published import Release
from contracts.model import UpdateCycle


def check(
    home: Home, release: Release | None, updated_on: date | None, cycle: UpdateCycle, limits: Limits
) -> Verdict:
    """Whether the newest release of a dataset lives.

    Args:
        home: the installation.
        release: the newest, or None.
        updated_on: day of the last build that released it or found nothing new.
        cycle: the update cycle its entry promises.
        limits: of the day.
    """
    if release is None or updated_on is None:
        return Verdict(False, "it has no release — build it")
    details: dict[str, Any] = {"release": release.id, "number": release.number}
    for form, folder, version in (
        ("vault", releases.vault_folder(home, release.dataset), release.vault_version),
        ("protected", releases.protected_folder(home, release.dataset), release.protected_version),
    ):
        held = delta.rows_held(folder, version)
        if held is None:
            return Verdict(
                False, f"the {form} version of release {release.number} does not open", details=details
            )
        if held != release.row_count:
            lacks = (
                f"the {form} version of release {release.number} does not hold the rows it was released with"
            )
            return Verdict(False, lacks, details=details)
    age, most = (limits.on - updated_on).days, limits.max_age_days.get(cycle.value)
    details |= {"updated_on": updated_on.isoformat(), "age_days": age}
    if most is not None and age > most:
        late = f"its last update is {age} days old; its cycle ({cycle.value}) allows {most}"
        return Verdict(False, late, details=details)
    kept = f"its cycle ({cycle.value}) " + ("sets no bound" if most is None else f"allows {most}")
    said = f"release {release.number} opens; its last update is {age} days old, {kept}"
    return Verdict(True, said, details=details)
