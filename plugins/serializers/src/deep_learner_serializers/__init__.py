"""File formats for `deep_learner.save` and `deep_learner.load`: safetensors, npz, PyTorch's, HDF5 and GGUF."""
