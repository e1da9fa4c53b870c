"""Data sets, samplers and loaders for `deep_learner.utils.data`."""
