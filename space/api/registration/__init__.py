"""Registration 登记 over HTTP: applicants, the registrar, and what is read of it."""
