"""Commands of money: metering, statements, invoices, vouchers."""
