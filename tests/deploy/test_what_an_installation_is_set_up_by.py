"""What an installation is set up by: licences, the bundle, advisories, and the units of the system."""

from __future__ import annotations

import configparser
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
import yaml

from deploy import audit, bundle, licences

ROOT = Path(__file__).resolve().parents[2]
UNITS = sorted((ROOT / "deploy").glob("*.service"))
ENVIRONMENT = "/opt/ybz"


def installed(folder: Path, name: str, *lines: str) -> None:
    """A package as pip leaves it, with these lines in its metadata."""
    place = folder / f"{name}-1.0.dist-info"
    place.mkdir(parents=True)
    told = "\n".join(("Metadata-Version: 2.1", f"Name: {name}", "Version: 1.0", *lines))
    (place / "METADATA").write_text(told + "\n", encoding="utf-8")


def judged(tmp_path: Path, **packages: tuple[str, ...]) -> tuple[int, list[str]]:
    """Exit status and lines of the program for a lock of these packages."""
    for name, lines in packages.items():
        installed(tmp_path, name, *lines)
    lock = tmp_path / "one.lock"
    lock.write_text("".join(f"{name}==1.0 \\\n    --hash=sha256:00\n" for name in packages), encoding="utf-8")
    program = (sys.executable, ROOT / "deploy" / "licences.py", lock)
    done = subprocess.run(program, capture_output=True, text=True, env={"PYTHONPATH": str(tmp_path)})
    return done.returncode, done.stdout.splitlines()


@pytest.mark.parametrize(
    ("said", "may"),
    [
        ("MIT", True),
        ("the MIT license", True),
        ("MIT OR GPL-3.0-only", True),
        ("Apache-2.0 AND GPL-3.0-only", False),
        ("(MIT AND BSD-3-Clause) OR GPL-3.0-only", True),
        ("Apache-2.0 WITH LLVM-exception", True),
        ("GPL-3.0-only", False),
        ("", False),
    ],
)
def test_a_licence_or_an_expression_of_some_is_on_the_list(said: str, may: bool) -> None:
    assert licences.is_allowed(said) is may


def test_every_licence_a_package_names_has_to_be_on_the_list(tmp_path: Path) -> None:
    classifier = "Classifier: License :: OSI Approved :: {}".format
    status, lines = judged(
        tmp_path,
        good=("License-Expression: MIT",),
        mixed=(classifier("MIT License"), classifier("GNU General Public License (GPL)")),
        silent=(),
    )
    assert status == 1
    assert [line.split(":")[1].split()[0] for line in lines[:-1]] == ["mixed", "silent"]
    assert lines[-1] == "licences: 3 packages of one.lock looked at, 2 not on the list, 0 not installed here"


def test_packages_that_may_be_passed_on_end_well(tmp_path: Path) -> None:
    status, lines = judged(
        tmp_path, good=("License-Expression: MIT OR GPL-2.0-only",), other=("License: BSD",)
    )
    assert (status, len(lines)) == (0, 1)


def test_the_lock_of_an_installation_holds_what_postgresql_and_traces_need_each_once_with_its_digests() -> (
    None
):
    lock = (bundle.ROOT / "requirements.lock").read_text(encoding="utf-8")
    needed = {
        "psycopg", "psycopg-binary", "psycopg2-binary", "dagster-postgres", "opentelemetry-sdk",
        "opentelemetry-exporter-otlp-proto-http",
    }  # fmt: skip
    # A package may be pinned again for another system or version of Python.
    found = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==[^\s;]+ *(?:;|\\)", lock, re.MULTILINE)
    plain = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==[^\s;]+ *\\", lock, re.MULTILINE)
    assert len(plain) == len(set(plain))
    assert needed <= set(found)
    pinned = bundle.pins(lock)
    assert all("--hash=sha256:" in pinned[name] for name in needed)


def test_wheels_of_one_architecture_are_told_from_those_of_any() -> None:
    names = ["a-1.0-py3-none-any.whl", "b-2.0-cp311-cp311-manylinux_2_28_x86_64.whl"]
    assert bundle.tied(names) == ["b==2.0"]


def test_advisories_that_were_not_asked_are_no_fault_and_are_said() -> None:
    status, lines = audit.said(None)
    assert (status, "NOT CHECKED" in lines[0]) == (0, True)
    fault = {"id": "PYSEC-1", "fix_versions": ["1.1"]}
    status, lines = audit.said(
        [
            {"name": "a", "version": "1.0", "vulns": [fault]},
            {"name": "b", "version": "1.0", "vulns": []},
            {"name": "c", "version": "1.0", "skip_reason": "unknown"},
        ]
    )
    assert status == 1
    assert lines[0] == "known fault: a 1.0: PYSEC-1, mended in 1.1"
    assert "2 packages" in lines[1]
    assert "1 NOT CHECKED" in lines[1]


def read(unit: Path) -> configparser.RawConfigParser:
    """A unit's sections; of a name that stands twice the last."""
    found = configparser.RawConfigParser(strict=False)
    found.optionxform = str  # type: ignore[assignment,method-assign]
    found.read_string(unit.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_starts_a_command_there_is_and_names_pages_the_bundle_has(unit: Path) -> None:
    from ybz import ybz

    found = read(unit)
    begun = [value for name, value in found.items("Service") if name.startswith("ExecStart")]
    assert begun
    for line in begun:
        words = shlex.split(line.removeprefix("/bin/sh -c ").strip("'"))
        at = words.index(f"{ENVIRONMENT}/bin/ybz")
        assert words[at + 1] in ybz.list_commands(click.Context(ybz))
    page = found.get("Unit", "Documentation", fallback=f"file:{ENVIRONMENT}/docs/operate.md")
    assert (ROOT / page.removeprefix(f"file:{ENVIRONMENT}/")).is_file()


def test_units_and_image_run_as_one_user_on_one_folder() -> None:
    units = [dict(read(unit).items("Service")) for unit in UNITS]
    assert {unit["User"] for unit in units} == {"ybz"}
    image = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
    assert "YBZ_HOME=/var/lib/ybz/var" in image
    assert "\nUSER ybz\n" in image
    for unit in UNITS:
        assert "YBZ_HOME=/var/lib/ybz/var" in unit.read_text(encoding="utf-8")


def test_the_compose_file_gives_the_store_no_way_out_and_the_service_no_right() -> None:
    services = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert services["store"]["networks"] == services["build"]["networks"] == ["inside"]
    assert services["ybz"]["cap_drop"] == services["build"]["cap_drop"] == ["ALL"]
    assert all(port.startswith("127.0.0.1:") for port in services["ybz"]["ports"])


@pytest.mark.parametrize("target", ["install", "bundle"])
def test_a_bundle_and_an_installation_need_nothing_of_tests_and_checks(target: str) -> None:
    make = ("make", "--dry-run", "--always-make", "--no-print-directory", target)
    done = subprocess.run(make, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "requirements.lock" in done.stdout
    assert "dev.lock" not in done.stdout
    assert "browser.lock" not in done.stdout
    assert "1.5 GB" in done.stdout, "it says before how much it is"
