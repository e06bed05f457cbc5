"""Everything an installation needs, in one folder, for machines without a way out.

``python deploy/bundle.py [--to FOLDER] [--isolated-or-fail] [--no-demo]``: fetches the wheels of the lock for
this machine's architecture, each by its digest; builds the project's own; lists what another architecture
would need; then installs and runs it where no network is, with no index. Only the fetching goes out.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OTHER = {"x86_64": "aarch64", "aarch64": "x86_64"}
# Brings the loopback interface of a new network namespace up, then becomes the command.
_INSIDE = """
import fcntl, os, socket, struct, sys
with socket.socket() as one:
    fcntl.ioctl(one, 0x8914, struct.pack("16sh14x", b"lo", 0x41))
os.execvp(sys.argv[1], sys.argv[1:])
"""


def pins(lock: str) -> dict[str, str]:
    """Package → its pin with its digests, as the lock writes it."""
    found = {}
    for block in re.split(r"\n(?=\S)", lock):
        if match := re.match(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==", block):
            found[match[1].lower()] = block.rstrip()
    return found


def tied(wheels: list[str]) -> list[str]:
    """Names and versions of the wheels that fit one architecture only."""
    return sorted("==".join(name.split("-")[:2]) for name in wheels if not name.endswith("-any.whl"))


def fetch(folder: Path) -> None:
    """Fetch and build what the bundle holds."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "wheels").mkdir(parents=True)
    lock = folder / "requirements.lock"
    shutil.copyfile(ROOT / "requirements.lock", lock)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    say(f"fetching {len(pins(lock.read_text(encoding='utf-8')))} wheels, some 320 MB, into {folder}")
    run(
        [
            *pip,
            "download",
            "--require-hashes",
            "--no-deps",
            "--only-binary",
            ":all:",
            "-r",
            lock,
            "-d",
            folder / "wheels",
        ]
    )
    say("building the project's own wheel")
    with tempfile.TemporaryDirectory(prefix="ybz-source-") as source:
        # A copy, so that building leaves nothing in the checkout.
        clean = Path(source) / "yibenzhang"
        ignored = shutil.ignore_patterns(".*", "var", "build", "dist", "__pycache__", "*.egg-info", "tests")
        shutil.copytree(ROOT, clean, ignore=ignored)
        run([*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", folder / "project", clean])
    # What a machine is set up by, and what its people read there.
    for name in ("docs", "deploy"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".env"))
    here = platform.machine()
    names = sorted(path.name for path in (folder / "wheels").iterdir())
    other = OTHER.get(here, "another architecture")
    (folder / f"needed-for-{other}.txt").write_text(
        "".join(f"{name}\n" for name in tied(names)), encoding="utf-8"
    )
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}\n" for path in files
    ]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")
    say(f"{len(names)} wheels for {here}; {len(tied(names))} of them need another file on {other}")


def isolation() -> list[str]:
    """What a command is begun with so that it has no network; empty where this machine does not permit it."""
    begun = ["unshare", "-rn", sys.executable, "-c", _INSIDE]
    if shutil.which("unshare") is None:
        return []
    tried = subprocess.run([*begun, "true"], capture_output=True, check=False)  # noqa: S603
    return begun if tried.returncode == 0 else []


def install(folder: Path, begun: list[str], demo: bool) -> None:
    """Install the bundle in a new environment and run it there."""
    with tempfile.TemporaryDirectory(prefix="ybz-bundle-") as made:
        place = Path(made)
        bare = {"PATH": "/usr/bin:/bin", "HOME": made, "YBZ_HOME": str(place / "var"), "LC_ALL": "C.UTF-8"}
        bare |= {
            "DAGSTER_DISABLE_TELEMETRY": "1",
            "GX_ANALYTICS_ENABLED": "false",
            "PIP_CONFIG_FILE": os.devnull,
        }
        run([sys.executable, "-m", "venv", place / "venv"], env=bare)
        pip = [
            place / "venv/bin/python",
            "-m",
            "pip",
            "--disable-pip-version-check",
            "-q",
            "install",
            "--no-index",
        ]
        lock = folder / "requirements.lock"
        say("trying it: installing into a new environment, some minutes and 1.5 GB that are removed after it")
        run([*begun, *pip, "--require-hashes", "--find-links", folder / "wheels", "-r", lock], env=bare)
        run([*begun, *pip, "--no-deps", *(folder / "project").glob("*.whl")], env=bare)
        ybz = place / "venv/bin/ybz"
        for words in (["--version"], ["init"], ["doctor"], *([["demo"]] if demo else [])):
            say(f"trying it: ybz {' '.join(words)}")
            run([*begun, ybz, *words], env=bare, cwd=place)


def run(command: list[object], env: dict[str, str] | None = None, cwd: Path | None = None) -> None:
    """Run a command; it ends this program where it fails."""
    done = subprocess.run([str(word) for word in command], env=env, cwd=cwd, check=False)  # noqa: S603
    if done.returncode:
        words = " ".join(str(word) for word in command if "\n" not in str(word))
        sys.exit(f"bundle: {words[:200]} ended with {done.returncode}")


def say(text: str) -> None:
    """One line to the person who waits."""
    sys.stdout.write(f"bundle: {text}\n")
    sys.stdout.flush()


def main() -> None:
    """Fetch, install without a network, run."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    asked.add_argument("--to", type=Path, default=ROOT / "build" / "bundle")
    asked.add_argument("--isolated-or-fail", action="store_true", help="fail where no namespace is permitted")
    asked.add_argument("--no-demo", action="store_true", help="try it with `ybz doctor` alone")
    given = asked.parse_args()
    fetch(given.to)
    begun = isolation()
    if not begun and given.isolated_or_fail:
        sys.exit(
            "bundle: this machine permits no network namespace of one's own: NOT TRIED without a network"
        )
    if not begun:
        say("NOT TRIED without a network: this machine permits no network namespace of one's own")
    install(given.to, begun, not given.no_demo)
    say(f"{given.to}: installed and run " + ("without a network" if begun else "with no index"))


if __name__ == "__main__":
    main()
