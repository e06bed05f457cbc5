"""The private mode inside a worker: noise, thresholds of keys, figures brought to agree with one another."""
