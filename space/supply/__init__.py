"""Supply to departments 供数: files and tables of granted releases, their receipts, and their end."""
