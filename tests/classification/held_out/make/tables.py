"""All tables of the set."""

from . import spec_care, spec_city, spec_civil, spec_law, spec_money
from .spec import read

TABLES = [t for m in (spec_civil, spec_law, spec_care, spec_money, spec_city) for t in read(m.TEXT)]
