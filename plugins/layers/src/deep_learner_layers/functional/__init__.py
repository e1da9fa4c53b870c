"""What the layers compute, as functions; found as ``deep_learner.nn.functional.<name>``."""
