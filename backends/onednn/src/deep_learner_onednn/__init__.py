"""Convolutions of the NumPy backend by oneDNN."""
