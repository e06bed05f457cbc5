"""The form compiler: an issuer's own workbook read, bound to standard items, filled, and read back."""
