"""Namespaces of the Python Array API standard: those of the backends as they are, and the one of Tensors."""
