"""Nested values become tensors and a text, and nested values again."""

from __future__ import annotations

import json
import math
from collections import Counter, OrderedDict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import deep_learner as dl
from deep_learner.serialization import SerializationError
from deep_learner_serializers.structure import flatten, restore

plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
nested = st.recursive(
    plain,
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(plain, inner),
    max_leaves=20,
)


def returned(value):
    return restore(*flatten(value))


def same(first, second):
    """Equal, and of equal types all the way down (1 == True, 0.0 == -0.0)."""
    if type(first) is not type(second):
        return False
    if isinstance(first, dict):
        return same(list(first.items()), list(second.items()))
    if isinstance(first, list | tuple):
        return len(first) == len(second) and all(map(same, first, second))
    return first == second and (
        type(first) is not float or math.copysign(1, first) == math.copysign(1, second)
    )


@settings(deadline=None)
@given(nested)
def test_plain_values_come_back_as_they_were(value):
    assert same(returned(value), value)


def test_numbers_that_json_lacks_come_back():
    value = returned([math.nan, math.inf, -math.inf])
    assert math.isnan(value[0])
    assert value[1:] == [math.inf, -math.inf]


def test_tensors_are_named_by_their_path():
    value = {"model": {"0.weight": dl.zeros(2)}, "optimizer": {"state": {0: {"exp_avg": dl.ones(1)}}}}
    tensors, _ = flatten(value)
    assert list(tensors) == ["model.0.weight", "optimizer.state.0.exp_avg"]


def test_a_state_dictionary_keeps_its_keys_as_names():
    state = {"0.weight": dl.zeros(2), "0.bias": dl.zeros(1)}
    tensors, _ = flatten(state)
    assert tensors == state


def test_names_that_meet_are_numbered():
    value = {"a": {"b": dl.tensor(1)}, "a.b": dl.tensor(2), "c": dl.tensor(3)}
    tensors, text = flatten(value, reserved=frozenset({"c"}))
    assert list(tensors) == ["a.b", "a.b#2", "c#2"]
    back = restore(tensors, text)
    assert (back["a"]["b"].item(), back["a.b"].item(), back["c"].item()) == (1, 2, 3)


def test_a_tensor_alone_is_saved():
    tensors, text = flatten(dl.tensor(7))
    assert list(tensors) == ["tensor"]
    assert restore(tensors, text).item() == 7


def test_a_tensor_met_twice_is_stored_once_and_is_one_again():
    shared = dl.ones(2)
    tensors, text = flatten({"encoder": shared, "decoder": shared})
    assert list(tensors) == ["encoder"]
    back = restore(tensors, text)
    assert back["encoder"] is back["decoder"]


def test_keys_that_look_like_markers_come_back():
    assert returned({"$tensor": 1, "$dict": [2]}) == {"$tensor": 1, "$dict": [2]}


def test_other_mappings_become_dictionaries():
    assert returned({"a": OrderedDict(b=1), "c": Counter([3, 3])}) == {"a": {"b": 1}, "c": {3: 2}}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": [1, {"f": len}]}, r"builtins\.builtin_function_or_method at 'a\.1\.f'"),
        (object(), r"builtins\.object given"),
        ({"a": {1, 2}}, r"builtins\.set at 'a'"),
        ({"a": {(1, 2): 3}}, r"the key \(1, 2\) of the dictionary at 'a'.*received tuple"),
        ({"dtype": dl.float32}, r"DType at 'dtype'"),
    ],
)
def test_what_cannot_be_saved_is_named_with_its_place(value, message):
    with pytest.raises(TypeError, match=message):
        flatten(value)


def test_a_value_that_contains_itself_is_refused():
    value = {"a": []}
    value["a"].append(value)
    with pytest.raises(ValueError, match=r"at 'a\.0': it contains itself"):
        flatten(value)


def test_the_same_container_twice_is_no_cycle():
    inner = [1]
    assert returned([inner, inner]) == [[1], [1]]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '{"$tensor": "absent"}',
        '{"$tensor": 3}',
        '{"$tuple": 3}',
        '{"$dict": [[1]]}',
        '{"$dict": [[[1], 2]]}',
        '{"$float": "1e5"}',
        '{"$exec": "1"}',
        "[" * 100_000,
        json.dumps({"$dict": [[{"$tuple": []}, 1]]})[:-1],
    ],
)
def test_a_damaged_structure_is_refused(text):
    with pytest.raises(SerializationError, match="the structure of the saved value"):
        restore({}, text)
