"""Sharing between departments over HTTP 共享: requests, grants, supplies, verification."""
