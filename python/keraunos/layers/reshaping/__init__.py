"""Layers that grow, cut or enlarge the spatial axes."""
