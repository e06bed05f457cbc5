"""Errors of the pipelines: one root, one class per cause."""

from __future__ import annotations


class PipelineError(Exception):
    """Root of the pipelines' errors; its message is fit for a person and carries no data value."""

    user_facing = True


class Stopped(PipelineError):
    """A release that does not happen, for a stated reason; the former one stays in service."""


class CountsDiffer(PipelineError):
    """Landed rows that are neither typed nor quarantined: a fault of ours, never of the data."""


class CheckFailed(PipelineError):
    """A rule could not be evaluated."""


class NothingToBuild(PipelineError):
    """A name that is no dataset of the ledger, or one that cannot be built."""
