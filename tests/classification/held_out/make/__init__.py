"""The program that makes the held-out labelled set: `python -m tests.classification.held_out.make`."""
