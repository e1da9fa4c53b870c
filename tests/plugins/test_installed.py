"""The plugins that are really installed."""

from __future__ import annotations

import pytest

from deep_learner.plugins import host
from deep_learner.plugins.report import rows

BROKEN = "deep-learner-broken"
CUPY = "deep-learner-cupy"


def test_every_installed_plugin_is_ready():
    states = {row["distribution"]: (row["state"], row["reason"]) for row in rows()}
    del states["deep-learner-strict"]  # not installed: the tests bring it
    if BROKEN in states:
        pytest.skip("a broken plugin is installed on purpose")
    if not states:
        pytest.skip("no plugin is installed: core alone is being tested")
    if states.get(CUPY, ("ready",))[0] == "unavailable":  # there is no GPU
        assert states.pop(CUPY)[1]
    assert states == dict.fromkeys(states, ("ready", ""))


def test_the_strict_backend_is_one_of_the_plugins():
    assert "deep-learner-strict" in [plugin.distribution for plugin in host().plugins]
