"""Training steps on one GPU beside PyTorch: eager, compiled, and captured in a CUDA graph."""
