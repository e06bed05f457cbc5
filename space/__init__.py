"""The trusted data space 可信数据空间: requests, grants, queries, receipts and the way back."""
