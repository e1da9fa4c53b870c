"""File formats for `deep_learner.save` and `deep_learner.load`: safetensors and npz."""
