"""What a dataset promises: values, codes, casts and conditions. Pure: no database, network or HTTP."""
