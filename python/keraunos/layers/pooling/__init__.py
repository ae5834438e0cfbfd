"""Layers that pool over spatial axes."""
