"""Trees are taken apart and put together as PyTorch does it."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque, namedtuple

import pytest

from deep_learner.utils import _pytree as ours

Pair = namedtuple("Pair", "a b")
TREES = (
    3,
    None,
    [],
    {"b": [1, None, (2,)], "a": Pair(3, OrderedDict(x=4))},
    [defaultdict(list, {"k": 5}), deque([6, 7], maxlen=3), ()],
)


class Box:
    """A container of one value, with a name."""

    def __init__(self, name: str, value: object) -> None:
        self.name, self.value = name, value


@pytest.fixture(scope="module")
def theirs():
    pytest.importorskip("torch", reason="PyTorch is the oracle")
    import torch.utils._pytree

    return torch.utils._pytree


@pytest.mark.parametrize("tree", TREES, ids=str)
def test_leaves_and_structures_are_those_of_pytorch(tree, theirs) -> None:
    leaves, spec = ours.tree_flatten(tree)
    expected, their_spec = theirs.tree_flatten(tree)
    assert leaves == expected == list(ours.tree_iter(tree)) and spec.num_leaves == their_spec.num_leaves
    again = ours.tree_unflatten([f"<{leaf}>" for leaf in leaves], spec)
    assert again == theirs.tree_unflatten([f"<{leaf}>" for leaf in leaves], their_spec)
    assert type(again) is type(tree) or spec.is_leaf()
    assert spec == ours.tree_structure(again)


@pytest.mark.parametrize(
    "call",
    [
        lambda lib: lib.tree_map(lambda a, b: (a, b), [1, 2], [[3, 4], 5]),
        lambda lib: lib.tree_map(lambda a, b: a - b, {"x": 1, "y": 2}, {"y": 5, "x": 3}),
        lambda lib: lib.tree_map(len, [(1, 2), [(3,)]], is_leaf=lambda x: isinstance(x, tuple)),
        lambda lib: lib.tree_map_only(int, lambda x: x + 1, [1, "a", 2.0]),
        lambda lib: lib.tree_map_only((int, str), lambda x: x * 2, [1, "a", 2.0]),
        lambda lib: lib.tree_map_only(lambda x: x == 2.0, str, [1, "a", 2.0]),
        lambda lib: (lib.tree_all(bool, [1, [0]]), lib.tree_any(bool, [1, [0]]), lib.tree_all(bool, [])),
        lambda lib: (lib.tree_all_only(int, bool, [1, ""]), lib.tree_any_only(str, bool, [1, ""])),
        lambda lib: lib.tree_map(lambda a, b: a, [1, 2], [1]),
        lambda lib: lib.tree_map(lambda a, b: a, [1, 2], (1, 2)),
        lambda lib: lib.tree_map(lambda a, b: a, {"x": 1}, {"y": 1}),
        lambda lib: lib.tree_unflatten([1], lib.tree_structure([1, 2])),
    ],
)
def test_functions_give_or_refuse_what_pytorch_does(call, theirs) -> None:
    def outcome(lib):
        try:
            return call(lib)
        except ValueError:
            return ValueError

    assert outcome(ours) == outcome(theirs)


def test_a_class_may_become_a_container(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ours, "_CONTAINERS", dict(ours._CONTAINERS))
    ours.register_pytree_node(Box, lambda box: ([box.value], box.name), lambda items, name: Box(name, *items))
    box = ours.tree_map(lambda x: x + 1, [Box("b", (1, 2))])[0]
    assert box.name == "b" and box.value == (2, 3)
    with pytest.raises(ValueError, match="already registered"):
        ours.register_pytree_node(Box, lambda box: ([], None), lambda items, name: Box(name, None))
