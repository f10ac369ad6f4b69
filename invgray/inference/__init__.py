"""Running trained networks: on which engine, device and precision, whole or in tiles."""
