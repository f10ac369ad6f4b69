"""A page and an HTTP interface: what the command line converts, over HTTP."""
