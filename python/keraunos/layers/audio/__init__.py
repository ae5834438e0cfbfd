"""Layers over sound: spectrograms."""
