"""Registration 登记 of public data resources, and of products and services made from them."""
