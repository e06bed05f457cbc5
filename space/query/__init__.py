"""From SQL text to a safe answer; the way of a query is the files of this folder.

In their order: :mod:`~space.query.gateway` (the one door), :mod:`~space.query.admit` (may this caller ask),
:mod:`~space.query.prepare` (what is granted, in which release); then :mod:`~space.query.compile` joins
:mod:`~space.query.parse`, :mod:`~space.query.bind`, ``rules/``, ``planning/`` (base aggregates with proofs
and bounds) and :mod:`~space.query.plan`; then :mod:`space.calls.budget` (reserved), ``auditing/`` (beside
former answers), :mod:`space.engines` (run) and :mod:`~space.query.handout` (stored, with its receipt).

``grammar/`` reads expressions, ``lists/`` is the same way for rows to departments, ``telling/`` what a caller
is told besides. Nothing here sees data.
"""
