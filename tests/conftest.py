"""The strict backend is there for every test, registered as a third party's would be."""

from __future__ import annotations

import warnings

import deep_learner_strict.hooks

from deep_learner.errors import PluginWarning
from deep_learner.plugins import host

with warnings.catch_warnings():
    warnings.simplefilter("ignore", PluginWarning)  # tests/plugins/test_installed.py tells of broken plugins
    host().add(deep_learner_strict.hooks, distribution="deep-learner-strict", name="strict")
