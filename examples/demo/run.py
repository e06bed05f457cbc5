"""Plays the story from the first file to the last proof."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from examples.demo import desk, homes, questions, story
from examples.demo.commands import Commands
from examples.demo.folder import fresh
from examples.demo.progress import Steps
from examples.demo.report import Report
from examples.demo.story import Stage


def run(folder: Path, *, keep: bool = False) -> Stage:
    """Run every step in a fresh installation.

    Args:
        folder: of the installation; see :func:`examples.demo.folder.fresh`.
        keep: move a former demonstration aside instead of removing it.

    Returns:
        The stage as the story left it: figures, differences, and what to tell.
    """
    home = fresh(folder, keep=keep)
    os.environ["YBZ_HOME"] = str(home)
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    with Steps(story.STEPS) as steps:
        stage = Stage(home, today, Commands(), steps, Report())
        planted = story.first_delivery(stage)
        story.catalogue(stage)
        story.build(stage, planted)
        questions.ask(stage, planted)
        story.live_with_it(stage)
        homes.enter_lists(stage)
        story.subscribe(stage, planted)
        homes.attribute(stage, planted)
        story.correct(stage, planted)
        story.second_delivery(stage)
        homes.take_claimed(stage)
        desk.leave_work(stage)
        story.evidence(stage)
    return stage
