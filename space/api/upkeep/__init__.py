"""Keeping an installation over HTTP: health, long work, evidence, alerts, duty."""
