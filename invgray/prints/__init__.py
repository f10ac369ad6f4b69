"""Printed grays: the frame that is drawn around them, and the way back from a photograph."""
