"""The grass-roots ledger 基层台账: base records kept by events, tasks, views, and own statistics."""
