"""Money of the space: statements, invoices, excess income, data vouchers, and reconciliation of it all."""
