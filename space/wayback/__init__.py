"""The way back 数据回流: rows to the street and village, forms prefilled, challenges answered."""
