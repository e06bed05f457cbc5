"""A contract as a workbook 编目工作簿, both ways: what a steward fills in instead of YAML.

:func:`catalog.workbook.writing.write` makes the file, :func:`catalog.workbook.reading.read` takes it
back. What no cell shows rides along in a hidden sheet, so that an untouched workbook gives the very
same contracts; where a cell was changed, the cell wins.
"""
