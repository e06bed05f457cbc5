"""Monthly reports, and the replies of departments."""
