"""The way back to the grass roots over HTTP 回流: inbox, forms, corrections, a body's own ledger."""
