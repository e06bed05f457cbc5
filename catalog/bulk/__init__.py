"""Many entries at once: the departments' workbook, CSV, JSON; taking over what exists."""
