"""The catalogue 数据目录: finding datasets, and all that may be known of one."""

from space.console.pages.catalogue import history, items, lineage, quality, releases, search, use

__all__ = ["history", "items", "lineage", "quality", "releases", "search", "use"]
