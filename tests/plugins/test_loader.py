"""A plugin that goes wrong in any way is contained, recorded and warned of once; the others work."""

from __future__ import annotations

import types
import warnings

import pytest

from deep_learner.errors import PluginWarning
from deep_learner.plugins import Host, hookimpl, hookspec, registry
from deep_learner.testing.isolation import PluginDistribution, isolated


class Sound:
    """Registers one layer."""

    @hookimpl
    def register_layers(self, register):
        register("Sound", "types:SimpleNamespace")


class Raising:
    @hookimpl
    def register_layers(self, register):
        register("Before", object())
        raise RuntimeError("the hook gave up")

    @hookimpl
    def register_optimizers(self, register):
        register("Unhurt", object())


class Misspelt:
    @hookimpl
    def register_layer(self, register):
        register("Never", object())

    @hookimpl
    def register_optimizers(self, register):
        register("Right", object())


class WrongArgument:
    @hookimpl
    def register_layers(self, registrar):
        registrar("Never", object())


class Exiting:
    @hookimpl
    def register_layers(self, register):
        raise SystemExit(3)


class Unreadable:
    """A distribution whose metadata is damaged."""

    name = "unreadable"
    version = "1"

    @property
    def entry_points(self):
        raise ValueError("line 3 has no '='")


SOUND = PluginDistribution("sound", {"sound": Sound()}, version="2.1")

BROKEN = {
    "import": (PluginDistribution("acme", {"acme": ImportError("no libcublas.so")}), "no libcublas.so"),
    "import of a missing module": (
        PluginDistribution("acme", {"acme": "no_such_module.hooks"}),
        "No module named 'no_such_module'",
    ),
    "import of a missing attribute": (
        PluginDistribution("acme", {"acme": "types:Nothing"}),
        "has no attribute",
    ),
    "exit at import": (PluginDistribution("acme", {"acme": SystemExit(2)}), "SystemExit: 2"),
    "call register_layers": (
        PluginDistribution("acme", {"acme": Raising()}),
        "RuntimeError: the hook gave up",
    ),
    "exit in a hook": (PluginDistribution("acme", {"acme": Exiting()}), "SystemExit: 3"),
    "hooks": (
        PluginDistribution("acme", {"acme": Misspelt()}),
        "'register_layer' is no hook; did you mean 'register_layers'?",
    ),
    "no hooks": (PluginDistribution("acme", {"acme": object()}), "it implements no hook"),
    "register": (PluginDistribution("acme", {"acme": WrongArgument()}), "registrar"),
    "read": (Unreadable(), "line 3 has no '='"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_plugin_is_warned_of_and_the_others_work(what):
    distribution, words = BROKEN[what]
    with isolated(distribution, SOUND) as host:
        with pytest.warns(PluginWarning) as caught:
            assert registry.get("layers", "Sound") is types.SimpleNamespace
        assert len(caught) == 1
        assert words in str(caught[0].message)
        assert [words in failure.error for failure in host.failures] == [True]


@pytest.mark.parametrize("what", BROKEN)
def test_a_missing_name_quotes_the_failure(what):
    distribution, words = BROKEN[what]
    with isolated(distribution, SOUND), warnings.catch_warnings():
        warnings.simplefilter("ignore", PluginWarning)
        with pytest.raises(AttributeError) as caught:
            registry.get("layers", "Missing")
    assert words in str(caught.value)


def test_a_failure_names_distribution_version_plugin_and_stage():
    acme = PluginDistribution("acme", {"entry": ImportError("gone")}, version="3.2")
    with isolated(acme) as host, pytest.warns(PluginWarning):
        (failure,) = host.failures
    assert (failure.distribution, failure.version, failure.plugin) == ("acme", "3.2", "entry")
    assert (failure.stage, failure.error) == ("import", "ImportError: gone")


def test_each_failure_is_warned_of_once():
    with isolated(PluginDistribution("acme", {"acme": ImportError("gone")})) as host:
        with pytest.warns(PluginWarning):
            host.discover()
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert len(host.failures) == 1
            assert host.catalogue.names("layers") == []


def test_a_warning_turned_into_an_error_leaves_the_sound_plugins_usable():
    with isolated(PluginDistribution("acme", {"acme": ImportError("gone")}), SOUND) as host:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with pytest.raises(PluginWarning):
                host.discover()
        assert registry.names("layers") == ["Sound"]


def test_the_hooks_beside_a_misspelt_one_count():
    with isolated(PluginDistribution("acme", {"acme": Misspelt()})) as host:
        with pytest.warns(PluginWarning):
            host.discover()
        assert registry.names("optimizers") == ["Right"]
        assert registry.names("layers") == []


def test_what_was_registered_before_a_hook_raised_stays_and_other_hooks_are_called():
    with isolated(PluginDistribution("acme", {"acme": Raising()})) as host:
        with pytest.warns(PluginWarning):
            host.discover()
        assert registry.names("layers") == ["Before"]
        assert registry.names("optimizers") == ["Unhurt"]


def test_ctrl_c_during_discovery_is_not_contained_and_discovery_begins_anew():
    answers = [KeyboardInterrupt(), Sound()]

    class Interrupted(PluginDistribution):
        def __post_init__(self):
            self.entry_points = types.SimpleNamespace(select=lambda group: [point])

    def load():
        answer = answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    point = types.SimpleNamespace(name="acme", load=load)
    host = Host([SOUND, Interrupted("acme", {})])
    with pytest.raises(KeyboardInterrupt):
        host.discover()
    assert host.catalogue.names("layers") == ["Sound"]
    assert [plugin.distribution for plugin in host.plugins] == ["acme", "sound"]


def test_a_plugin_that_asks_for_another_while_it_is_found_is_told_how_to_ask_later():
    class Eager:
        @hookimpl
        def register_layers(self, register):
            register("Eager", registry.get("layers", "Zeta"))

    with isolated(PluginDistribution("acme", {"acme": Eager()})), pytest.warns(PluginWarning) as caught:
        registry.names("layers")
    assert "module:attribute" in str(caught[0].message)


def test_a_distribution_found_twice_on_the_path_counts_once():
    twice = PluginDistribution("Sound", {"sound": Sound()}, version="1.0")
    with isolated(SOUND, twice) as host:
        assert [(plugin.distribution, plugin.version) for plugin in host.plugins] == [("sound", "2.1")]


def test_distributions_without_plugins_are_passed_over():
    with isolated(PluginDistribution("plain", {}), SOUND) as host:
        assert [plugin.distribution for plugin in host.plugins] == ["sound"]


def test_nothing_is_looked_for_before_something_is_asked_for():
    def distributions():
        raise AssertionError("looked")
        yield

    host = Host(distributions())
    with pytest.raises(AssertionError, match="looked"):
        host.discover()


class Announcing:
    """Announces one event, `bell_rang`."""

    @hookimpl
    def register_hookspecs(self, register):
        specifications = types.ModuleType("specifications")

        @hookspec
        def bell_rang(times):
            """The bell rang."""

        specifications.bell_rang = bell_rang
        register("bells", specifications)


class Listening:
    def __init__(self):
        self.heard = []

    @hookimpl
    def bell_rang(self, times):
        self.heard.append(times)


class ListeningWhereThereAreBells:
    @hookimpl(optionalhook=True)
    def bell_rang(self, times):
        raise AssertionError("there are none")


def test_events_announced_by_one_plugin_reach_another_whatever_their_order():
    first, last = Listening(), Listening()
    with isolated(
        PluginDistribution("aaa", {"aaa": first}),
        PluginDistribution("bells", {"bells": Announcing()}),
        PluginDistribution("zzz", {"zzz": last}),
    ) as host:
        host.manager.hook.bell_rang(times=3)
        assert (first.heard, last.heard) == ([3], [3])
        assert host.failures == []


def test_a_plugin_added_later_hears_the_events_announced_before():
    late = Listening()
    with isolated(PluginDistribution("bells", {"bells": Announcing()})) as host:
        host.add(late, distribution="late")
        host.manager.hook.bell_rang(times=2)
        assert host.failures == []
    assert late.heard == [2]


def test_listening_to_events_that_nobody_announces_is_a_misspelt_hook_unless_optional():
    with (
        isolated(PluginDistribution("acme", {"acme": Listening()})) as host,
        pytest.warns(PluginWarning, match="bell_rang"),
    ):
        host.discover()
    with isolated(PluginDistribution("acme", {"acme": ListeningWhereThereAreBells()})) as host:
        assert host.failures == []


def test_a_listener_added_later_hears_events_announced_before():
    late = Listening()
    with isolated(PluginDistribution("bells", {"bells": Announcing()})) as host:
        host.add(late, distribution="late")
        host.manager.hook.bell_rang(times=2)
        assert (late.heard, host.failures) == ([2], [])


def test_a_listener_with_other_arguments_than_the_event_is_broken():
    class Deaf:
        @hookimpl
        def bell_rang(self, volume):
            raise AssertionError("called")

    bells = PluginDistribution("bells", {"bells": Announcing()})
    with isolated(bells, PluginDistribution("acme", {"acme": Deaf()})) as host:
        with pytest.warns(PluginWarning, match="volume"):
            host.discover()
        host.manager.hook.bell_rang(times=1)


def test_announcing_something_without_specifications_is_that_plugins_failure():
    class Empty:
        @hookimpl
        def register_hookspecs(self, register):
            register("nothing", types.ModuleType("nothing"))

    acme = PluginDistribution("acme", {"acme": Empty()})
    with isolated(acme, SOUND), pytest.warns(PluginWarning, match="call register_hookspecs"):
        assert registry.names("layers") == ["Sound"]
