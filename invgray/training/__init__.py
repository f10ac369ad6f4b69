"""Training: what all families of networks share, and nothing that knows one of them."""
