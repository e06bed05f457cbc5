"""The console 控制台: pages for staff, over ``/v1``.

Decides nothing: every figure shown and every act done is a request to the HTTP interface in the name of
whoever is signed in, through the same doors as anybody's. What a page hides, the interface refuses.
"""
