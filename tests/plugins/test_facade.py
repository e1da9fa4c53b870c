"""A module of core shows what plugins registered as if it stood there."""

from __future__ import annotations

import sys
import types

import pytest

from deep_learner.plugins import facade, hookimpl
from deep_learner.testing.isolation import isolated


class Acme:
    @hookimpl
    def register_optimizers(self, register):
        register("Descent", "types:SimpleNamespace")

    @hookimpl
    def register_schedulers(self, register):
        register("Steps", "types:MappingProxyType")


@pytest.fixture
def module(monkeypatch):
    made = types.ModuleType("shown")
    monkeypatch.setitem(sys.modules, "shown", made)
    made.__getattr__, made.__dir__ = facade("shown", "schedulers", "optimizers")
    return made


def test_registered_names_are_attributes_of_the_module(module, plugin_host):
    plugin_host.add(Acme(), distribution="acme")
    assert module.Descent is types.SimpleNamespace
    assert module.Steps is types.MappingProxyType
    assert {"Descent", "Steps"} <= set(dir(module))


def test_a_missing_name_is_an_attribute_error_that_helps(module, plugin_host):
    plugin_host.add(Acme(), distribution="acme")
    assert not hasattr(module, "Ascent")
    with pytest.raises(AttributeError, match="did you mean 'Descent'"):
        _ = module.Descend


def test_private_names_do_not_look_for_plugins(module):
    def distributions():
        raise AssertionError("looked")
        yield

    with isolated() as host:
        host._distributions = distributions()
        assert not hasattr(module, "__path__")
        assert not hasattr(module, "_private")


def test_a_found_name_is_kept_until_another_host_is_in_use(module):
    with isolated() as host:
        host.add(Acme(), distribution="acme")
        assert module.Descent is vars(module)["Descent"]
    assert "Descent" not in vars(module)
    with isolated():
        assert not hasattr(module, "Descent")


def test_dir_shows_what_is_there_for_users_and_no_machinery(module, plugin_host):
    plugin_host.add(Acme(), distribution="acme")
    module.__all__ = ["base"]
    module.base = module.TYPE_CHECKING = object()
    assert [name for name in dir(module) if not name.startswith("__")] == ["Descent", "Steps", "base"]
