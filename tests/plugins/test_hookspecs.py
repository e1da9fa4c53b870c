"""Every hook is documented, belongs to a category, and does what it says."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from deep_learner.plugins import CATEGORIES, hookimpl, hookspecs, registry

HOOKS = [name for name in hookspecs.__all__ if name.startswith("register_")]


def test_every_category_has_its_hook_and_every_hook_its_category():
    assert set(HOOKS) == {f"register_{category}" for category in CATEGORIES} | {"register_hookspecs"}


@pytest.mark.parametrize("hook", HOOKS)
def test_the_hook_is_documented_with_an_example_and_typed(hook):
    function = getattr(hookspecs, hook)
    assert function.__doc__.strip()
    assert any(line.lstrip().startswith("register(") for line in function.__doc__.splitlines())
    assert inspect.get_annotations(function) == {"register": "Register", "return": "None"}


@pytest.mark.parametrize("hook", HOOKS)
def test_the_hook_stands_in_the_documentation(hook):
    page = Path(__file__).parents[2] / "docs" / "plugins.md"
    assert f"`{hook}`" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("category", CATEGORIES)
def test_what_the_hook_registers_is_found_in_its_category_alone(category, plugin_host):
    target = object()

    def implementation(self, register):
        register("thing", target)

    implementation.__name__ = f"register_{category}"
    plugin = type("Plugin", (), {implementation.__name__: hookimpl(implementation)})()
    plugin_host.add(plugin, distribution="acme")
    assert registry.get(category, "thing") is target
    assert [other for other in CATEGORIES if registry.names(other)] == [category]
