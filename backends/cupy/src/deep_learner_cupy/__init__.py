"""Deep Learner's CuPy backend: registered as `"cupy"`, serves `"cuda"`."""
