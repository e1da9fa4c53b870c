"""The table of plugins: what each brings, and why it does not work."""

from __future__ import annotations

import json

import pytest

from deep_learner.backends import Backend
from deep_learner.errors import PluginWarning
from deep_learner.plugins import hookimpl
from deep_learner.plugins.report import rows
from deep_learner.testing.isolation import PluginDistribution, isolated


class Far(Backend):
    name = "far"
    namespace = None
    array_types = ()

    def unavailable(self):
        return "no such device in this machine"


class FarAway:
    @hookimpl
    def register_backends(self, register):
        register("far", Far)


class Layers:
    @hookimpl
    def register_layers(self, register):
        register("Thing", object())


class Misspelt(Layers):
    @hookimpl
    def register_layerz(self, register):
        raise AssertionError("called")


def states(*distributions):
    with isolated(*distributions):
        return {row["distribution"]: row for row in rows()}


def test_a_row_says_who_brings_what_through_which_hooks():
    row = states(PluginDistribution("acme", {"things": Layers()}, version="1.2"))["acme"]
    assert row == {
        "name": "things",
        "distribution": "acme",
        "version": "1.2",
        "hooks": ["register_layers"],
        "provides": {"layers": ["Thing"]},
        "details": {},
        "state": "ready",
        "reason": "",
    }


def test_a_plugin_of_which_nothing_works_is_broken():
    with pytest.warns(PluginWarning):
        row = states(PluginDistribution("acme", {"acme": ImportError("gone")}))["acme"]
    assert (row["state"], row["reason"]) == ("broken", "import: ImportError: gone")


def test_a_plugin_of_which_some_does_not_work_is_damaged():
    with pytest.warns(PluginWarning):
        row = states(PluginDistribution("acme", {"acme": Misspelt()}))["acme"]
    assert row["state"] == "damaged"
    assert row["provides"] == {"layers": ["Thing"]}
    assert "register_layerz" in row["reason"]


def test_a_backend_that_cannot_work_here_is_unavailable_with_its_reason():
    row = states(PluginDistribution("acme", {"acme": FarAway()}))["acme"]
    assert row["state"] == "unavailable"
    assert "no such device in this machine" in row["reason"]


def test_a_name_of_two_distributions_is_a_clash_in_both_rows():
    both = states(PluginDistribution("acme", {"a": Layers()}), PluginDistribution("zenith", {"z": Layers()}))
    assert [row["state"] for row in both.values()] == ["clash", "clash"]
    assert "acme 1.0 and zenith 1.0" in both["acme"]["reason"]


def test_the_rows_can_be_written_as_json():
    found = states(PluginDistribution("acme", {"acme": FarAway()}))
    assert json.loads(json.dumps(found)) == found


class Talking(Far):
    array_types = (Layers,)

    def unavailable(self):
        return None

    def details(self):
        return {"library": "Far 3.0", "GPU 0": "a big one"}


class Mute(Talking):
    def details(self):
        raise OSError("no such file: libfar.so")


def brings(backend):
    class Plugin:
        @hookimpl
        def register_backends(self, register):
            register("far", backend)

    return Plugin()


def test_a_row_shows_what_a_working_backend_says_of_its_machine():
    row = states(PluginDistribution("acme", {"far": brings(Talking)}))["acme"]
    assert row["details"] == {"library": "Far 3.0", "GPU 0": "a big one"}
    assert row["state"] == "ready"


def test_a_backend_that_fails_to_describe_itself_is_shown_as_damaged():
    row = states(PluginDistribution("acme", {"far": brings(Mute)}))["acme"]
    assert row["details"] == {}
    assert row["state"] == "damaged"
    assert "no such file: libfar.so" in row["reason"]
