"""The order of the sources, and errors that say how to be right."""

from __future__ import annotations

import asyncio
import json
import threading

import pytest

from deep_learner import config
from deep_learner.device import Device
from deep_learner.errors import ConfigurationError


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def nothing_configured():
    with config.replaced(config.defaults()):
        yield


def test_without_any_source_every_key_has_its_default(tmp_path):
    found = config.read(tmp_path, {})
    assert found.values == {key.name: key.default for key in config.KEYS.values()}
    assert set(found.sources.values()) == {"default"}


def test_a_file_is_found_from_a_folder_below(tmp_path):
    path = write(tmp_path / "deep_learner.toml", 'backend = "acme"\ndevice = "cuda:1"\n')
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    found = config.read(inner, {})
    assert found.values["backend"] == "acme"
    assert found.values["device"] == Device("cuda:1")
    assert found.sources["backend"] == str(path)


def test_the_nearest_file_counts_alone(tmp_path):
    write(tmp_path / "deep_learner.toml", 'backend = "far"\ndevice = "cuda"\n')
    write(tmp_path / "near" / "pyproject.toml", '[tool.deep-learner]\nbackend = "near"\n')
    found = config.read(tmp_path / "near", {})
    assert (found.values["backend"], found.values["device"]) == ("near", None)


def test_deep_learner_toml_goes_before_pyproject_toml_beside_it(tmp_path):
    write(tmp_path / "deep_learner.toml", 'backend = "own"\n')
    write(tmp_path / "pyproject.toml", '[tool.deep-learner]\nbackend = "shared"\n')
    assert config.read(tmp_path, {}).values["backend"] == "own"


@pytest.mark.parametrize(
    "text", ["[tool.other]\nx = 1\n", "this is = no TOML = at all", "dependencies = ['deep-learner']"]
)
def test_a_pyproject_toml_that_says_nothing_about_us_is_passed_over(tmp_path, text):
    write(tmp_path / "deep_learner.toml", 'backend = "far"\n')
    write(tmp_path / "near" / "pyproject.toml", text)
    assert config.read(tmp_path / "near", {}).values["backend"] == "far"


def test_the_environment_overrules_the_file(tmp_path):
    write(tmp_path / "deep_learner.toml", 'backend = "file"\ndefault_dtype = "float64"\n')
    found = config.read(
        tmp_path, {"DEEP_LEARNER_BACKEND": "variable", "DEEP_LEARNER_DEVICE": "", "PATH": "/bin"}
    )
    assert found.values["backend"] == "variable"
    assert found.values["default_dtype"] == "float64"
    assert found.sources["backend"] == "the environment variable DEEP_LEARNER_BACKEND"


def test_a_context_overrules_the_environment_and_the_innermost_wins():
    base = config.defaults().updated({"backend": "variable"}, "the environment")
    with config.replaced(base):
        with config.using(backend="outer", default_dtype="float64"):
            with config.using(backend="inner"):
                assert (config.get("backend"), config.get("default_dtype")) == ("inner", "float64")
            assert config.get("backend") == "outer"
        assert config.get("backend") == "variable"


def test_none_takes_a_choice_back():
    with config.using(backend="outer"), config.using(backend=None):
        assert config.get("backend") is None


def test_a_context_ends_when_an_error_leaves_it():
    with pytest.raises(KeyError), config.using(backend="inner"):
        raise KeyError
    assert config.get("backend") is None


def test_a_context_holds_for_its_thread_alone():
    seen = []
    with config.using(backend="mine"):
        thread = threading.Thread(target=lambda: seen.append(config.get("backend")))
        thread.start()
        thread.join()
    assert seen == [None]


def test_a_context_holds_for_its_task_alone():
    async def ask(name, order):
        with config.using(backend=name):
            order.append(config.get("backend"))
            await asyncio.sleep(0)
            order.append(config.get("backend"))

    async def both():
        order = []
        await asyncio.gather(ask("a", order), ask("b", order))
        return order

    assert asyncio.run(both()) == ["a", "b", "a", "b"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('bakend = "x"', "did you mean 'backend'"),
        ("backend = 3", "sets backend to 3; it takes a name in quotes"),
        ('device = "two words"', "it takes a device such as"),
        ("device = 0", "it takes a device in quotes"),
        ('default_dtype = "int32"', "float32, float64"),
        ("plugins = 3", "a table of the form"),
        ("plugins.layers = 3", "a table of the form"),
        ("plugins.layers.Linear = 3", "a table of the form"),
        ("backend = ", "is no valid TOML"),
    ],
)
def test_what_a_file_gets_wrong_names_the_file_and_the_cure(tmp_path, text, words):
    path = write(tmp_path / "deep_learner.toml", text)
    with pytest.raises(ConfigurationError) as caught:
        config.read(tmp_path, {})
    assert str(path) in str(caught.value)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("DEEP_LEARNER_BAKEND", "x", "did you mean 'DEEP_LEARNER_BACKEND'"),
        ("DEEP_LEARNER_PLUGINS", "x", "does not know"),
        ("DEEP_LEARNER_DEFAULT_DTYPE", "float33", "sets default_dtype to 'float33'"),
    ],
)
def test_what_the_environment_gets_wrong_names_the_variable_and_the_cure(tmp_path, variable, value, words):
    with pytest.raises(ConfigurationError) as caught:
        config.read(tmp_path, {variable: value})
    assert variable in str(caught.value)
    assert words in str(caught.value)


def test_an_unknown_key_in_a_call_offers_the_closest():
    with pytest.raises(ConfigurationError, match="did you mean 'backend'"), config.using(backnd="x"):
        raise AssertionError("entered")
    with pytest.raises(ConfigurationError, match="did you mean 'device'"):
        config.get("devise")


def test_choices_between_plugins_are_read_from_a_file(tmp_path):
    write(tmp_path / "pyproject.toml", '[tool.deep-learner.plugins]\nlayers.Linear = "acme"\n')
    assert config.read(tmp_path, {}).values["plugins"] == {"layers": {"Linear": "acme"}}


def test_file_and_environment_are_read_at_first_use_and_again_after_reload(tmp_path, monkeypatch):
    for name in ("BACKEND", "DEVICE", "DEFAULT_DTYPE"):
        monkeypatch.delenv(f"DEEP_LEARNER_{name}", raising=False)
    monkeypatch.chdir(tmp_path)
    config.reload()
    assert config.get("backend") is None
    write(tmp_path / "deep_learner.toml", 'backend = "acme"\n')
    assert config.get("backend") is None
    config.reload()
    assert config.get("backend") == "acme"


def test_the_description_gives_every_key_with_value_source_and_meaning_as_json():
    with config.using(device="cuda:1"):
        described = {row["name"]: row for row in config.describe()}
    assert list(described) == list(config.KEYS)
    assert described["device"]["value"] == "Device.CUDA:1"
    assert described["device"]["source"] == "the call of using(...)"
    assert json.loads(json.dumps(described)) == described


@pytest.mark.parametrize("key", config.KEYS.values(), ids=config.KEYS)
def test_every_key_is_documented_and_takes_its_own_default(key):
    assert key.doc.endswith(".")
    assert config.checked_value(key.name, key.default, "default") == key.default


def test_a_file_that_is_no_text_is_named(tmp_path):
    (tmp_path / "deep_learner.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match=r"deep_learner\.toml is no valid TOML"):
        config.read(tmp_path, {})


@pytest.mark.parametrize("text", ["tool = 3  # deep-learner", "[tool]\ndeep-learner = 3"])
def test_a_value_in_place_of_a_table_is_refused(tmp_path, text):
    write(tmp_path / "pyproject.toml", text)
    with pytest.raises(ConfigurationError, match=r"pyproject\.toml sets .* to 3; write a table"):
        config.read(tmp_path, {})
