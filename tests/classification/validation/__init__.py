"""Parts of the labelled set that were blind once and are seen now."""
