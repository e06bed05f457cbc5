"""Engines that run checked plans."""
