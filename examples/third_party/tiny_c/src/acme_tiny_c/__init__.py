"""An array library in C that knows four operations, and Deep Learner on it: the backend `"tiny_c"`."""
