"""Liveness of a model or component: its artefact is the one that was tied, or its health endpoint answers."""

from __future__ import annotations

from dataclasses import replace

from catalog.linking import alive_file
from catalog.linking.calling import Call, NotReached, call
from catalog.linking.destinations import Destinations, NotAllowed
from catalog.linking.settings import ComponentLink, FileLink, LinkError, is_address
from catalog.linking.verdict import Limits, Verdict


def check(link: ComponentLink, destinations: Destinations, limits: Limits) -> Verdict:
    """Whether a component lives.

    Args:
        link: the component.
        destinations: where probes may go.
        limits: of the day.
    """
    if link.health:
        return _healthy(link, destinations, limits)
    verdict = alive_file.check(FileLink(link.place, link.sha256), destinations, limits)
    details = {**verdict.details, "format": link.format, "version": link.version}
    sign = bytes.fromhex(limits.artefact_formats.get(link.format, ""))
    if verdict.alive and sign and not is_address(link.place):
        try:
            begins = alive_file.head(link.place, len(sign), destinations) == sign
        except (NotAllowed, NotReached) as error:
            return replace(verdict, alive=False, why=str(error), details=details)
        if not begins:
            other = f"it does not begin as {link.format} does"
            return replace(verdict, alive=False, why=other, details=details)
    return replace(verdict, details=details)


def check_format(name: str, limits: Limits) -> None:
    """Whether a format is one artefacts may have.

    Raises:
        LinkError: it is not among them.
    """
    if name not in limits.artefact_formats:
        raise LinkError(f"the format {name} is not known — one of {', '.join(limits.artefact_formats)}")


def _healthy(link: ComponentLink, destinations: Destinations, limits: Limits) -> Verdict:
    try:
        answer = call(Call(link.health, limits.timeout_s, limits.answer_cap_bytes, keep=False), destinations)
    except (NotAllowed, NotReached) as error:
        return Verdict(False, str(error))
    fine = 200 <= answer.status < 300
    words = "its health endpoint answers" if fine else f"its health endpoint answers {answer.status}"
    return Verdict(fine, words, answer.latency_ms, {"version": link.version})
