"""Known faults of what is installed: asks an advisory service, and says plainly what was not asked.

``python deploy/audit.py [SECONDS]``: exit status 1 where a fault is known; 0 where none is, and where no
service answers in time, which is said. A check that runs everywhere must not hang on one that is not there.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
# Seconds one answer of the service may take.
_ONE_S = 3
# What is said where there is no service, or no way to it.
_NO_SERVICE = ("ConnectionError", "ServiceError", "Timeout", "Max retries", "HTTPError", "Could not connect")


class NotAsked(Exception):
    """The question could not be put at all: the program is missing, or cannot read the lock."""


def asked(seconds: float) -> list[dict[str, Any]] | None:
    """What the service says of each package of the lock; None where it does not answer in time.

    Raises:
        NotAsked: the question could not be put.
    """
    command = [
        sys.executable, "-m", "pip_audit", "--requirement", str(LOCK), "--no-deps", "--disable-pip",
        "--format", "json", "--progress-spinner", "off", "--timeout", str(_ONE_S),
    ]  # fmt: skip
    try:
        done = subprocess.run(  # noqa: S603  (words of our own)
            command, capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return None
    try:
        found: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        last = (done.stderr.strip().splitlines() or ["nothing was said"])[-1]
        if any(sign in done.stderr for sign in _NO_SERVICE):
            return None
        raise NotAsked(last) from None
    return found


def said(found: list[dict[str, Any]] | None) -> tuple[int, list[str]]:
    """Exit status, and what to print."""
    if found is None:
        return 0, [
            "advisories: NOT CHECKED: no advisory service answered in time (`make audit` waits longer)"
        ]
    skipped = [one for one in found if "skip_reason" in one]
    faults = [(one, fault) for one in found for fault in one.get("vulns", ())]
    lines = [
        f"known fault: {one['name']} {one['version']}: {fault['id']}, mended in"
        f" {', '.join(fault['fix_versions']) or 'no version yet'}"
        for one, fault in faults
    ]
    checked = len(found) - len(skipped)
    told = f"advisories: {checked} packages of {LOCK.name} checked, {len(faults)} known faults"
    lines.append(f"{told}; {len(skipped)} NOT CHECKED: the service does not know them" if skipped else told)
    return (1 if faults else 0), lines


def main() -> None:
    """Ask, and say."""
    try:
        status, lines = said(asked(float(sys.argv[1]) if len(sys.argv) > 1 else 300.0))
    except NotAsked as error:
        status, lines = 1, [f"advisories: the question could not be put: {error}"]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.exit(status)


if __name__ == "__main__":
    main()
