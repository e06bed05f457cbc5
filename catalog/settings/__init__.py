"""Settings 设置: what an installation is told by its environment and by its file, each known by name.

What other rooms call: :func:`catalog.settings.reading.value` and its kin. Which settings there are stands in
:mod:`catalog.settings.known`. Deadlines, thresholds and prices are no settings: they are dated rules.
"""
