"""Libraries of datasets: basic, theme, special-topic."""
