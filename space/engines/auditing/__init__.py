"""The query-set audit inside a worker: cells of an answer beside those of former answers, in one scan."""
