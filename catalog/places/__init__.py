"""Places 地名地址: the region tree, the standard address list, polygons, and which area a row belongs to."""
