"""The pages, a room a module or a folder of modules; :mod:`space.console.mounting` takes them in."""
