"""PyTorch's checkpoint files, written and read without PyTorch, and without running anything that is in them."""
