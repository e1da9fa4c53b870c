"""`array_api_strict` as a backend: it knows the standard and nothing else, and its devices refuse NumPy."""
