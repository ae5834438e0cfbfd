"""Layers that turn categories, words and ranges into numbers and vectors."""
