"""Systems and tables of the city, what became of them, and the lists of demand, duty and exclusion."""
