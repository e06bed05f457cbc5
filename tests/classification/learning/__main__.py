"""Learns the model of presumptions anew: ``python -m tests.classification.learning [--measure]``.

Writes ``policies/rules/presumption.yaml``, its threshold kept. With ``--measure`` it prints what each
threshold would do on sources, and on parts, that neither the words of the rules nor the model have seen. The
blind part of the set is not read.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from catalog.classify.evaluation import Outcome, report
from catalog.classify.presumption import Model
from policies.grading import IN_FORCE
from policies.rulebook import RULES, rule
from tests.classification.learning.training import PARTS, Example, examples, fit, unseen

ROOT: Final = Path(__file__).resolve().parents[1]
THRESHOLDS: Final = (1.0, 0.3, 0.2, 0.15, 0.1, 0.08, 0.06, 0.05, 0.04, 0.03, 0.02, 0.01)
_LINE: Final = 120
_HEAD: Final = """\
# Which columns are presumed to be sensitive though no rule found them so; a person confirms or overrides.
# Made by `python -m tests.classification.learning`; the threshold is chosen by hand after `--measure`.
# Traits: h: characters of a heading, l: letters of its words and initials, t: words, v: shape of the values;
# found:, means:, root:, heading: what rules say; topic:, beside:, persons, children: what the table adds.
rules:
  - name: threshold
    value: {threshold} # likeness from which a column is presumed to be sensitive
    source: choice of the installation, see docs/classification.md; PIPL 28
    valid_from: 2026-11-22
    confidence: to be confirmed, 60%
"""


def main(words: Sequence[str]) -> None:
    """Learn, and write or measure."""
    made = examples(ROOT)
    if "--measure" in words:
        measure(made)
        return
    threshold = float(rule("presumption", "threshold", IN_FORCE).value)
    (RULES / "presumption.yaml").write_text(written(fit(made), made, threshold), encoding="utf-8")


def written(model: Model, made: Sequence[Example], threshold: float) -> str:
    """The rule file of a model.

    Args:
        model: as learned.
        made: what it was learned from.
        threshold: likeness from which a column is presumed to be sensitive.
    """
    by_weight: dict[float, list[str]] = defaultdict(list)
    for trait, weight in sorted(model.weights.items()):
        by_weight[weight].append(trait)
    lines = [f"{model.bias} bias"]
    for weight in sorted(by_weight, reverse=True):
        lines += [f"{weight} {line}" for line in _folded(by_weight[weight])]
    sources = len({(each.part, each.source) for each in made})
    source = (
        f"learned from {len(made):,} labelled columns of {sources} invented systems, "
        f"parts {', '.join(PARTS)} of tests/classification/validation"
    )
    text = _HEAD.format(threshold=threshold)
    for name, held in (("weights", lines), ("headings", _folded(model.headings))):
        text += f"  - name: {name}\n    value: |\n" + "".join(f"      {line}\n" for line in held)
        text += f"    source: {source}\n    valid_from: 2026-11-22\n    confidence: to be confirmed, 60%\n"
    return text


def _folded(words: Sequence[str]) -> list[str]:
    lines = [""]
    for word in words:
        if len(lines[-1]) + len(word) > _LINE:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def measure(made: Sequence[Example]) -> None:
    """Print what each threshold does, on what has not been seen."""
    for by in ("source", "part"):
        likenesses = unseen(made, by)
        print(f"left out by {by}; {len(made)} columns")
        for threshold in THRESHOLDS:
            judged = [_with(e.outcome, like >= threshold) for e, like in zip(made, likenesses, strict=True)]
            told = report(judged)
            said = [o for o in judged if o.sensitive]
            right = sum(o.label.truly_sensitive for o in said)
            marked = [e for e, like in zip(made, likenesses, strict=True) if like >= threshold]
            caught = sum(e.outcome.label.truly_sensitive for e in marked)
            print(
                f"  {threshold:.2f}: weighted F1 {told['weighted_f1']:.3f}, too low "
                f"{told['under_classified']:.1%} of {told['sensitive_columns']}, presumed {len(marked)} "
                f"(right {caught}), precision of sensitive {right / len(said):.3f}"
            )


def _with(outcome: Outcome, presumed: bool) -> Outcome:
    return replace(outcome, grade=4, sensitive=True) if presumed else outcome


if __name__ == "__main__":
    main(sys.argv[1:])
