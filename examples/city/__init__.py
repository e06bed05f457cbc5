"""云州市, the demonstration city: a seeded generator of what departments really send, and its contracts.

Nobody in it lives: every region code starts with 99, which no division of the country has.
"""
