"""PyTorch's tensors as arrays for Deep Learner: the backend `"torch"`."""
