"""Who may do what, and what may leave. Pure: rules are dated data under ``policies/rules``."""
