"""A city's own standards 自有标准: their life cycle, and how far standards are followed.

:mod:`catalog.standards.life` keeps the versions of own elements, :mod:`catalog.standards.adoption`
measures 贯标率.
"""
