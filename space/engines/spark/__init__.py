"""The second engine: base statements run by a Spark Connect server, thresholds and noise in the worker."""
