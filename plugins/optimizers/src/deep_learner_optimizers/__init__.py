"""Optimizers and learning-rate schedules for `deep_learner.optim`."""
