"""Compiled steps on NumPy as C, built with the system's compiler."""
