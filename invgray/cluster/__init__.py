"""Conversions on a Ray cluster: the session, its actors, and what is known of each picture."""
