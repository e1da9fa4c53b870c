"""Which backend serves: by rank, by name, by configuration, by device and by array."""

from __future__ import annotations

import threading
import types

import pytest

from deep_learner import backends, config
from deep_learner.backends import Backend
from deep_learner.device import Device
from deep_learner.errors import BackendUnavailableError, ConfigurationError, UnknownNameError
from deep_learner.namespaces import raw
from deep_learner.plugins import hookimpl
from deep_learner.testing.isolation import PluginDistribution, isolated

numpy_distribution = PluginDistribution("deep-learner-numpy", {"numpy": "deep_learner_numpy.hooks"})


class Numbers:
    """An array of one number."""

    def __init__(self, value):
        self.value = value


class Near(Backend):
    name = "near"
    namespace = types.SimpleNamespace(asarray=lambda data, dtype, device, copy: Numbers(data))
    array_types = (Numbers,)


class Strings(str):
    __slots__ = ()


class Far(Backend):
    name = "far"
    namespace = types.SimpleNamespace()
    array_types = (Strings,)
    device_types = ("moon", "mars")

    def native_device(self, device):
        return None if device.type in self.device_types else super().native_device(device)


class Broken(Far):
    def unavailable(self):
        return "the rocket is missing"


class Unfinished(Backend):
    name = "unfinished"


def raising():
    raise OSError("libmoon.so: cannot open")


def distribution(name="acme", **entries):
    class Plugin:
        @hookimpl
        def register_backends(self, register):
            for backend, (target, metadata) in entries.items():
                register(backend, target, **metadata)

    return PluginDistribution(name, {name: Plugin()})


NEAR = distribution("near-one", near=(Near, {"rank": 5, "device_types": ("cpu",)}))
FAR = distribution("far-one", far=(Far, {"rank": 1, "device_types": ("moon", "mars")}))
LOST = distribution("lost-one", lost=(Broken, {"rank": 9, "device_types": ("moon",)}))


def test_the_best_ranked_backend_is_the_default():
    with isolated(FAR, NEAR):
        assert backends.current().name == "near"
        assert backends.default_device() is Device.CPU
        assert [one.name for one in backends.available()] == ["near", "far"]


def test_a_better_ranked_backend_that_cannot_work_is_passed_over():
    with isolated(LOST, NEAR):
        assert backends.current().name == "near"


def test_a_better_ranked_backend_that_cannot_be_imported_is_passed_over_and_remembered():
    absent = distribution("absent", absent=("no_such_library.backend:Backend", {"rank": 50}))
    with isolated(absent, NEAR) as host:
        assert backends.current().name == "near"
        assert "no_such_library" in host.failures[0].error


def test_equal_ranks_are_settled_by_name():
    with isolated(distribution(b=(Far, {}), a=(Near, {}))):
        assert backends.current().name == "near"


def test_the_current_backend_is_one_object():
    with isolated(NEAR):
        assert (
            backends.current() is backends.current() is backends.get("near") is backends.get("near-one:near")
        )


def test_a_context_manager_changes_backend_and_device_for_its_block():
    with isolated(NEAR, FAR):
        with backends.backend("far") as far:
            assert backends.current() is far
            assert backends.default_device() is Device("moon")
        with backends.backend("far", "mars"):
            assert backends.default_device() is Device("mars")
        assert backends.current().name == "near"


def test_a_context_manager_changes_nothing_for_other_threads():
    seen = []
    with isolated(NEAR, FAR), backends.backend("far"):
        thread = threading.Thread(target=lambda: seen.append(backends.current().name))
        thread.start()
        thread.join()
    assert seen == ["near"]


def test_the_configuration_names_the_backend():
    settings = config.defaults().updated({"backend": "far"}, "deep_learner.toml")
    with isolated(NEAR, FAR, settings=settings):
        assert backends.current().name == "far"


def test_a_configured_device_brings_its_backend():
    settings = config.defaults().updated({"device": "mars:1"}, "deep_learner.toml")
    with isolated(NEAR, FAR, settings=settings):
        assert backends.current().name == "far"
        assert backends.default_device() is Device("mars:1")


def test_a_configured_device_that_the_configured_backend_lacks_names_both_sources():
    settings = config.defaults().updated({"backend": "near"}, "deep_learner.toml")
    settings = settings.updated({"device": "moon"}, "the environment variable DEEP_LEARNER_DEVICE")
    with (
        isolated(NEAR, FAR, settings=settings),
        pytest.raises(BackendUnavailableError, match=r"DEEP_LEARNER_DEVICE.*'near' \(deep_learner\.toml\)"),
    ):
        backends.current()


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("nera", UnknownNameError, "did you mean 'near'"),
        ("lost", BackendUnavailableError, "the rocket is missing"),
    ],
)
def test_a_configured_backend_that_cannot_be_had_says_who_asks_and_what_works(name, error, words):
    settings = config.defaults().updated({"backend": name}, "deep_learner.toml")
    with isolated(NEAR, LOST, settings=settings), pytest.raises(error) as caught:
        backends.current()
    assert words in str(caught.value)
    assert f"deep_learner.toml asks for the backend {name!r}; those that work here: 'near'" in str(
        caught.value
    )


def test_without_any_backend_the_error_says_what_to_install():
    with isolated(), pytest.raises(BackendUnavailableError, match="pip install deep-learner-numpy"):
        backends.current()


def test_with_only_unavailable_backends_the_error_gives_their_reasons():
    with (
        isolated(LOST),
        pytest.raises(BackendUnavailableError, match=r"lost-one 1\.0 cannot work here: the rocket"),
    ):
        backends.current()


def test_an_unknown_backend_says_what_to_install():
    with isolated(NEAR), pytest.raises(UnknownNameError, match=r"pip install 'deep-learner-cupy\[cuda12\]'"):
        backends.get("cupy")


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (raising, "cannot be made: OSError: libmoon.so: cannot open"),
        (Unfinished, "does not set namespace, array_types"),
        (object, "cannot be made: AttributeError"),
    ],
)
def test_what_is_no_backend_is_refused_with_its_distribution(target, words):
    with isolated(distribution(odd=(target, {}))), pytest.raises(BackendUnavailableError) as caught:
        backends.get("odd")
    assert "'odd' of acme 1.0" in str(caught.value)
    assert words in str(caught.value)


def test_a_backend_may_be_registered_as_an_object():
    one = Near()
    with isolated(distribution(near=(one, {}))):
        assert backends.get("near") is one


def test_a_device_is_served_by_the_current_backend_first():
    other = distribution("other", other=(type("Other", (Far,), {"name": "other"}), {"rank": -1}))
    with isolated(FAR, other):
        assert backends.for_device("moon").name == "far"
        with backends.backend("other"):
            assert backends.for_device("moon:3").name == "other"


def test_a_device_that_an_unavailable_backend_would_serve_gives_its_reason():
    with isolated(NEAR, LOST), pytest.raises(BackendUnavailableError, match="the rocket is missing"):
        backends.for_device("moon")


def test_asking_for_a_device_makes_only_backends_that_say_they_serve_it():
    absent = distribution("absent", absent=(raising, {"rank": 50, "device_types": ("sun",)}))
    with isolated(absent, NEAR) as host:
        assert backends.for_device("cpu").name == "near"
        assert host.find("backends", "absent").instance is None


def test_a_device_that_nobody_serves_says_what_to_install():
    with (
        isolated(NEAR),
        pytest.raises(BackendUnavailableError, match=r"pip install 'deep-learner-cupy\[cuda12\]'"),
    ):
        backends.for_device("cuda:0")
    with (
        isolated(NEAR),
        pytest.raises(BackendUnavailableError, match=r"no installed backend serves Device\.PLUTO"),
    ):
        backends.for_device("pluto")


def test_an_array_is_known_by_its_type_or_a_base_of_it():
    class Special(Numbers):
        pass

    with isolated(NEAR, FAR):
        assert backends.for_array(Numbers(1)).name == "near"
        assert backends.for_array(Special(1)).name == "near"
        assert backends.for_array(Strings("x")).name == "far"


def test_an_array_of_no_backend_is_refused_with_its_type():
    with (
        isolated(NEAR),
        pytest.raises(TypeError, match=r"no installed backend \(near\) has arrays of type builtins.list"),
    ):
        backends.for_array([1, 2])


def test_a_context_with_a_wrong_device_is_refused():
    with isolated(NEAR, FAR):
        with pytest.raises(BackendUnavailableError, match="does not serve"), backends.backend("near", "moon"):
            raise AssertionError("entered")
        with pytest.raises(ConfigurationError, match="device"), backends.backend("near", "two words"):
            raise AssertionError("entered")


def test_the_default_methods_follow_the_array_standard():
    one = Near()
    array = one.asarray(3)
    assert array.value == 3
    assert one.device_of(array) is Device.CPU
    assert one.to_device(array, Device.CPU) is array
    assert one.storage(array) is array
    assert one.native_device(Device("cpu:0")) is None
    assert (one.unavailable(), one.synchronize(), one.memory(), dict(one.kernels)) == (None, None, {}, {})
    assert repr(one) == "<backend 'near'>"
    with pytest.raises(TypeError, match="to_numpy"):
        one.to_numpy(array)
    with pytest.raises(RuntimeError, match=r"'near' has no Device\.MOON"):
        one.native_device(Device("moon"))


def test_a_device_that_nobody_serves_is_answered_with_those_served():
    with pytest.raises(RuntimeError, match=r"no installed backend serves Device\.ABACUS; served here: .*cpu"):
        backends.for_device("abacus")


def test_another_host_means_other_backends_for_the_same_type_of_array():
    class Other(Near):
        name = "other"

    with isolated(NEAR):
        first = backends.for_type(Numbers)
        assert raw.NAMESPACES[Numbers].backend is first
        with isolated(distribution(other=(Other, {}))):
            assert raw.NAMESPACES[Numbers].backend.name == "other"
        assert raw.NAMESPACES[Numbers].backend is first
