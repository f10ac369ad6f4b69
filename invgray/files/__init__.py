"""Picture files: reading, writing, what a gray says of itself, folders, results put in place."""
