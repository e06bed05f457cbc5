"""Watches the logs of a whole run: a test during which an identity number reaches a log fails.

Decides what counts as one: eighteen characters whose region, birthday and check digit hold, whoever planted
them. Every record of every logger is looked at as it would read, its exception included, and what a test lets
through to the captured streams. What a test reads on purpose, such as the page of a person who may see it,
is no log and never gets here.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from contracts.codes import region, resident_id

_CANDIDATE = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{5}(?:19|20)\d{9}[\dXx](?![0-9A-Za-z])")


def identity_numbers(text: str) -> list[str]:
    """Identity numbers in a text, all but their region hidden."""
    found = [match for match in _CANDIDATE.findall(text) if resident_id(match) and _has_day(match)]
    return [f"{match[:2]}…" for match in found if region(match[:6]) is not None]


def _has_day(number: str) -> bool:
    month, day = int(number[10:12]), int(number[12:14])
    return 1 <= month <= 12 and 1 <= day <= 31


class Watch(logging.Handler):
    """Takes note of loggers whose records hold an identity number."""

    def __init__(self) -> None:
        super().__init__(logging.NOTSET)
        self.leaks: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Look at one record, as it would be written with everything in it."""
        said = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            said += "".join(traceback.format_exception(record.exc_info[1]))
        if found := identity_numbers(said):
            self.leaks.append(f"{record.name} ({record.module}:{record.lineno}): {', '.join(found)}")


@contextmanager
def watched() -> Iterator[Watch]:
    """Watch every record that is made meanwhile."""
    watch, root = Watch(), logging.getLogger()
    root.addHandler(watch)
    try:
        yield watch
    finally:
        root.removeHandler(watch)


@pytest.fixture(autouse=True)
def no_identity_number_in_a_log() -> Iterator[None]:
    """No record made during a test holds an identity number."""
    with watched() as watch:
        yield
    assert not watch.leaks, f"an identity number reached a log: {watch.leaks}"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Fail a test that lets an identity number through to the streams of the run."""
    outcome = yield
    report: pytest.TestReport = outcome.get_result()  # type: ignore[attr-defined]
    if report.when != "teardown" or not report.passed:
        return
    for title, said in report.sections:
        if " log " in title:  # records: the watch has seen them
            continue
        if found := identity_numbers(said):
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid}: an identity number reached “{title}”: {', '.join(found)}"
            return
