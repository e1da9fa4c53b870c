"""Dask's arrays as a backend of Deep Learner."""
