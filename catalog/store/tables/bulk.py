"""Takings over of existing catalogues."""
