"""Contract rules as Great Expectations suites."""
