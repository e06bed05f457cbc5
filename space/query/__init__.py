"""From SQL text to a released answer; one file per step.

``parse`` → ``bind`` → ``rules/`` → ``split`` (with ``grammar/``, ``proofs``, ``bounds``, ``domains``) →
``plan``; ``compile`` joins them. Nothing here sees data: what the plan says is done by
:mod:`space.engines`.
"""
