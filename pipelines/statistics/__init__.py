"""Statistical datasets: whom each figure counts, how much one can change it, and noise."""
