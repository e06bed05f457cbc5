"""Lists 清单: rows as granted, read from the vault by a worker of its own."""
