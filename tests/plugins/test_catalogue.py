"""Names: unknown, taken, chosen, and imported when first asked for."""

from __future__ import annotations

import sys
import types

import pytest

from deep_learner import config
from deep_learner.errors import AmbiguousNameError, ConfigurationError, PluginError, UnknownNameError
from deep_learner.plugins import hookimpl, registry
from deep_learner.testing.isolation import PluginDistribution, isolated


def distribution(name, **layers):
    class Layers:
        @hookimpl
        def register_layers(self, register):
            for layer, target in layers.items():
                register(layer, target, kind="layer")

    return PluginDistribution(name, {name: Layers()})


def choosing(**layers):
    return config.defaults().updated({"plugins": {"layers": layers}}, "deep_learner.toml")


def test_an_object_is_given_back_as_it_was_registered():
    target = object()
    with isolated(distribution("acme", Thing=target)):
        assert registry.get("layers", "Thing") is target
        assert registry.get("layers", "acme:Thing") is target


def test_a_target_given_as_text_is_imported_only_when_asked_for(monkeypatch, tmp_path):
    (tmp_path / "imported_late.py").write_text("class Layer:\n    class Inner: pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    with isolated(distribution("acme", Thing="imported_late:Layer.Inner")):
        assert registry.names("layers") == ["Thing"]
        assert registry.entry("layers", "Thing").metadata == {"kind": "layer"}
        assert "imported_late" not in sys.modules
        assert registry.get("layers", "Thing").__qualname__ == "Layer.Inner"
    del sys.modules["imported_late"]


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("no_such_module_here:Layer", "No module named 'no_such_module_here'"),
        ("types:Nothing", "has no attribute 'Nothing'"),
    ],
)
def test_a_target_that_cannot_be_imported_names_who_registered_it_and_is_remembered(target, words):
    with isolated(distribution("acme", Thing=target)) as host:
        for _ in range(2):
            with pytest.raises(PluginError, match=r"registered by acme 1\.0") as caught:
                registry.get("layers", "Thing")
            assert words in str(caught.value)
        (failure,) = host.failures
        assert failure.stage == "load layers"
        assert words in failure.error


def test_an_unknown_name_offers_the_closest_and_what_to_install():
    with isolated(distribution("acme", Liner=object())), pytest.raises(UnknownNameError) as caught:
        registry.get("layers", "Linear")
    assert "did you mean 'Liner'?" in str(caught.value)
    assert "pip install deep-learner-layers" in str(caught.value)


def test_an_unknown_name_does_not_advise_to_install_what_is_installed():
    layers = distribution("deep_learner.layers", Linear=object())
    with isolated(layers), pytest.raises(UnknownNameError) as caught:
        registry.get("layers", "Missing")
    assert "pip install" not in str(caught.value)


def test_an_unknown_category_offers_the_closest():
    with isolated(), pytest.raises(UnknownNameError, match="did you mean 'layers'"):
        registry.names("layer")


def test_a_name_of_two_distributions_is_refused_with_both_and_the_cure():
    with isolated(distribution("acme", Thing=1), distribution("zenith", Thing=2)) as host:
        with pytest.raises(AmbiguousNameError) as caught:
            registry.get("layers", "Thing")
        assert host.failures == []
    message = str(caught.value)
    assert "acme 1.0 and zenith 1.0" in message
    assert "'acme:Thing'" in message
    assert 'plugins.layers.Thing = "acme"' in message


def test_a_name_of_two_distributions_can_always_be_asked_for_in_full():
    with isolated(distribution("acme", Thing=1), distribution("zenith", Thing=2)):
        assert registry.get("layers", "zenith:Thing") == 2
        assert [entry.full_name for entry in registry.entries("layers")] == ["acme:Thing", "zenith:Thing"]


def test_the_configuration_chooses_between_two_distributions():
    both = distribution("acme", Thing=1), distribution("Ze_nith", Thing=2)
    with isolated(*both, settings=choosing(Thing="ze-nith")) as host:
        assert registry.get("layers", "Thing") == 2
        assert list(host.catalogue.clashes()) == []


def test_choosing_a_distribution_that_does_not_bring_the_name_says_who_does():
    words = r"zenith \(chosen in the configuration\).*acme does"
    acme = distribution("acme", Thing=1)
    with isolated(acme, settings=choosing(Thing="zenith")), pytest.raises(UnknownNameError, match=words):
        registry.get("layers", "Thing")


def test_choosing_in_an_unknown_category_is_an_error_with_the_closest():
    settings = config.defaults().updated({"plugins": {"layer": {"Thing": "acme"}}}, "deep_learner.toml")
    words = r"deep_learner\.toml.*plugins\.layer.*'layers'"
    acme = distribution("acme", Thing=1)
    with isolated(acme, settings=settings), pytest.raises(ConfigurationError, match=words):
        registry.get("layers", "Thing")


@pytest.mark.parametrize(
    ("name", "target", "words"),
    [
        ("two words", object(), "letters"),
        ("", object(), "letters"),
        ("Thing", "no colon", "module:attribute"),
    ],
)
def test_a_name_or_target_of_the_wrong_form_is_refused(plugin_host, name, target, words):
    class Wrong:
        @hookimpl
        def register_layers(self, register):
            with pytest.raises(ValueError, match=words):
                register(name, target)

    plugin_host.add(Wrong(), distribution="acme")
    assert plugin_host.failures == []
    assert registry.names("layers") == []


def test_plugins_can_be_added_to_a_running_program(plugin_host):
    module = types.ModuleType("notebook")

    @hookimpl
    def register_functions(register):
        register("double", lambda x: 2 * x)

    module.register_functions = register_functions
    plugin_host.add(module, distribution="notebook")
    assert registry.get("functions", "double")(4) == 8
