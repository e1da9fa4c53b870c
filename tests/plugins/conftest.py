"""A plugin host of each test's own."""

from deep_learner.testing.fixtures import plugin_host

__all__ = ["plugin_host"]
