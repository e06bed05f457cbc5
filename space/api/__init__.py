"""The HTTP interface, thin over the services."""
