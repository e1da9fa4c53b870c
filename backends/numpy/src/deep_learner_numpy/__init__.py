"""Deep Learner's NumPy backend: registered as `"numpy"`, serves the CPU."""
