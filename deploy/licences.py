"""Licences of what is installed, held against a list of those allowed. Reads installed metadata; asks nobody.

``python deploy/licences.py [LOCK]``: of the packages a lock names (default: ``requirements.lock``), one line
for each whose licence is not on the list, or cannot be told; exit status 1 where there is one.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import Distribution, distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Licences a public body may pass on with its own work under Apache-2.0, by SPDX identifier.
ALLOWED = frozenset(
    {
        "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "CNRI-Python", "HPND",
        "ISC", "MIT", "MIT-0", "MIT-CMU", "MPL-2.0", "PSF-2.0", "Python-2.0", "Unlicense", "Zlib",
    }
)  # fmt: skip
# What older metadata say instead of an identifier.
_OLD = {
    "Apache-2.0": "apache|apache 2|apache 2.0|apache license|apache license 2.0|apache software license"
    "|apache license version 2.0"
    "|apache license, version 2.0|apache software license 2.0|apache-2.0 license",
    "BSD-3-Clause": "bsd|bsd license|bsd 3-clause|bsd 3-clause license|3-clause bsd license|new bsd"
    "|modified bsd license",
    "HPND": "historical permission notice and disclaimer (hpnd)",
    "ISC": "isc license|isc license (iscl)",
    "MIT": "mit license|the mit license|expat",
    "MPL-2.0": "mpl 2.0|mozilla public license 2.0 (mpl 2.0)",
    "PSF-2.0": "psf|psfl|python software foundation license",
    "Unlicense": "the unlicense (unlicense)",
}
NAMES = {old: licence for licence, said in _OLD.items() for old in said.split("|")}
# Looked at by hand: what their metadata do not say, or say as a choice. Package → the licence taken, and why.
LOOKED_AT = {
    "docutils": "public domain and BSD-2-Clause; what is under the GPL, a mode of Emacs, is in no wheel",
    "python-dateutil": "Apache-2.0 or BSD-3-Clause at one's choice",
    "psycopg": "LGPL-3.0-only: used unchanged as a library of its own, which that licence allows",
    "psycopg-binary": "LGPL-3.0-only: used unchanged as a library of its own, which that licence allows",
    "psycopg2-binary": "LGPL-3.0 with exceptions: used unchanged as a library of its own",
}


def named(lock: Path) -> list[str]:
    """Normal names of the packages a lock pins."""
    found = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==", lock.read_text(encoding="utf-8"), re.MULTILINE)
    return sorted({normal(name) for name in found})


def normal(name: str) -> str:
    """The name of a package as indexes compare it. Source: PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def licences(installed: Distribution) -> list[str]:
    """What the metadata of a package say of its licence: an expression, classifiers, or a short text."""
    metadata = installed.metadata
    if expression := metadata.get("License-Expression"):
        return [expression]
    classified = [
        line.rpartition(" :: ")[2]
        for line in metadata.get_all("Classifier") or ()
        if line.startswith("License ::")
    ]
    stated = (metadata.get("License") or "").strip()
    short = [stated] if stated and "\n" not in stated and len(stated) < 80 else []
    return [one for one in (*classified, *short) if one != "OSI Approved"]


def is_allowed(said: str) -> bool:
    """Whether a licence, or an expression of some, may be passed on.

    >>> is_allowed("MIT OR GPL-3.0-only"), is_allowed("Apache-2.0 AND GPL-3.0-only"), is_allowed("BSD")
    (True, False, True)
    """
    choices = re.split(r"\s+OR\s+", said.replace("(", " ").replace(")", " ")) if " OR " in said else [said]
    return any(all(_one(part) for part in re.split(r"\s+AND\s+", choice.strip())) for choice in choices)


def _one(said: str) -> bool:
    plain = said.strip().split(" WITH ")[0]
    return plain in ALLOWED or NAMES.get(plain.lower()) in ALLOWED


def main() -> None:
    """Say what is not allowed or not known."""
    lock = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "requirements.lock"
    here = {normal(one.metadata["Name"]): one for one in distributions()}
    bad, absent, seen = [], 0, 0
    for name in named(lock):
        if name not in here:
            absent += 1  # for another system or version of Python
            continue
        seen += 1
        said = licences(here[name])
        # Several say that all of them hold, unless a person has read otherwise.
        if name not in LOOKED_AT and not (said and all(is_allowed(one) for one in said)):
            bad.append(f"{name} {here[name].version}: {', '.join(said) or 'its metadata say nothing'}")
    told = f"licences: {seen} packages of {lock.name} looked at, {len(bad)} not on the list"
    lines = [*(f"licence not on the list: {line}" for line in bad), f"{told}, {absent} not installed here"]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
