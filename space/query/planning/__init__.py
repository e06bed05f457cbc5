"""From one checked SELECT to base aggregates: keys, figures, proofs of k, bounds, how they are related."""
