"""A layer, an optimizer, a schedule, a file format, a data set and a listener for Deep Learner."""
