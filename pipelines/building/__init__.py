"""One build of a dataset: planned, landed, checked, judged, released."""
