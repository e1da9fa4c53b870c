"""A layer, an optimizer and a file format for Deep Learner."""
