"""File formats for `deep_learner.save` and `deep_learner.load`: safetensors, npz and PyTorch's."""
