"""PyTorch's layers for Deep Learner, and the functions they call; found as ``deep_learner.nn.<name>``."""
