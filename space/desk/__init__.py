"""The desk 工作台: plain pages for street and village staff, server-rendered, without a script."""
