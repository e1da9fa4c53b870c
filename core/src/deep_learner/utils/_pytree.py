"""Trees: values in nested containers, taken apart and put together, under the names of ``torch.utils._pytree``."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

__all__ = ["PyTree", "TreeSpec", "register_pytree_node", "tree_all", "tree_all_only", "tree_any", "tree_any_only",
           "tree_flatten", "tree_is_leaf", "tree_iter", "tree_leaves", "tree_map", "tree_map_", "tree_map_only",
           "tree_map_only_", "tree_structure", "tree_unflatten"]  # fmt: skip

PyTree: TypeAlias = Any
Predicate: TypeAlias = Callable[[Any], bool]


# How containers are taken apart, into items and whatever else they are, and put together.
Flatten: TypeAlias = Callable[[Any], tuple[Iterable[Any], Any]]
Unflatten: TypeAlias = Callable[[Iterable[Any], Any], Any]


def _items(tree: Any) -> tuple[Iterable[Any], Any]:
    return list(tree), None


def _values(tree: Any) -> tuple[Iterable[Any], Any]:
    return list(tree.values()), list(tree)


def _named(tree: Any) -> tuple[Iterable[Any], Any]:
    return list(tree), cast("type[Any]", type(tree))


def _defaults(tree: Any) -> tuple[Iterable[Any], Any]:
    return list(tree.values()), (tree.default_factory, list(tree))


def _list(items: Iterable[Any], context: Any) -> Any:
    return list(items)


def _tuple(items: Iterable[Any], context: Any) -> Any:
    return tuple(items)


def _dict(items: Iterable[Any], context: Any) -> Any:
    return dict(zip(context, items, strict=True))


_NAMED: Any = "named tuple"  # stands for all types of named tuples
_CONTAINERS: dict[Any, tuple[Flatten, Unflatten]] = {
    list: (_items, _list),
    tuple: (_items, _tuple),
    dict: (_values, _dict),
    OrderedDict: (_values, lambda items, context: OrderedDict(_dict(items, context))),
    defaultdict: (_defaults, lambda items, context: defaultdict(context[0], _dict(items, context[1]))),
    deque: (lambda tree: (list(tree), tree.maxlen), lambda items, context: deque(items, context)),
    _NAMED: (_named, lambda items, context: context._make(items)),
}
_DICTIONARIES = (dict, OrderedDict, defaultdict)


def register_pytree_node(
    cls: type[Any],
    flatten_fn: Flatten,
    unflatten_fn: Unflatten,
    **options: Any,
) -> None:
    """Make a class a container.

    Parameters
    ----------
    cls
        The class.
    flatten_fn
        Gives an instance's items, and what else makes up the instance; that is compared.
    unflatten_fn
        Makes an instance of these two.
    options
        Accepted for PyTorch's sake: structures are neither saved nor given paths.

    Raises
    ------
    ValueError
        If it is one already.
    """
    if cls in _CONTAINERS:
        raise ValueError(f"{cls} is already registered as pytree node.")
    _CONTAINERS[cls] = (flatten_fn, unflatten_fn)


def _type_of(tree: Any) -> Any:
    """The type under which a value counts as a container; None for a leaf."""
    kind = cast("type[Any]", type(tree))
    if kind in _CONTAINERS:
        return kind
    return _NAMED if isinstance(tree, tuple) and hasattr(kind, "_make") else None


@dataclass(frozen=True)
class TreeSpec:
    """What a tree is without its leaves.

    Attributes
    ----------
    type
        The container's; None for a leaf.
    context
        What a container is beside its items, such as a dictionary's keys.
    children_specs
        The structures of its items.
    """

    type: Any = None
    context: Any = None
    children_specs: tuple[TreeSpec, ...] = ()

    @property
    def num_leaves(self) -> int:
        """How many values it has room for."""
        return 1 if self.is_leaf() else sum(child.num_leaves for child in self.children_specs)

    @property
    def num_children(self) -> int:
        """How many items it has."""
        return len(self.children_specs)

    def is_leaf(self) -> bool:
        """Whether it is no container."""
        return self.type is None

    def unflatten(self, leaves: Iterable[Any]) -> PyTree:
        """The tree with these leaves.

        Raises
        ------
        ValueError
            If there are more or fewer of them.
        """
        values = list(leaves)
        if len(values) != self.num_leaves:
            raise ValueError(f"the structure has {self.num_leaves} leaves. Received: {len(values)}")
        return self._build(iter(values))

    def _build(self, values: Iterator[Any]) -> PyTree:
        if self.is_leaf():
            return next(values)
        return _CONTAINERS[self.type][1](
            [child._build(values) for child in self.children_specs], self.context
        )

    def flatten_up_to(self, tree: PyTree) -> list[PyTree]:
        """What a tree, which may go deeper, has where this structure has leaves.

        Raises
        ------
        ValueError
            If it is not of this structure.
        """
        if self.is_leaf():
            return [tree]
        kind = _type_of(tree)
        if kind is not self.type:
            raise ValueError(f"Node type mismatch; expected {self.type}, but got {type(tree)}.")
        items, context = _CONTAINERS[kind][0](tree)
        if self.type in _DICTIONARIES and set(tree) == set(self._keys()):
            items = [tree[key] for key in self._keys()]
        elif context != self.context:
            raise ValueError(f"Node context mismatch; expected {self.context!r}, but got {context!r}.")
        parts = list(items)
        if len(parts) != self.num_children:
            raise ValueError(f"Node arity mismatch; expected {self.num_children}, but got {len(parts)}.")
        return [
            leaf
            for child, part in zip(self.children_specs, parts, strict=True)
            for leaf in child.flatten_up_to(part)
        ]

    def _keys(self) -> list[Any]:
        return self.context[1] if self.type is defaultdict else self.context


def tree_flatten(tree: PyTree, is_leaf: Predicate | None = None) -> tuple[list[Any], TreeSpec]:
    """The leaves from left to right, and the structure; where `is_leaf` says so, a container is a leaf."""
    leaves: list[Any] = []
    return leaves, _descend(tree, leaves, is_leaf)


def _descend(tree: PyTree, leaves: list[Any], is_leaf: Predicate | None) -> TreeSpec:
    if tree_is_leaf(tree, is_leaf):
        leaves.append(tree)
        return TreeSpec()
    kind = _type_of(tree)
    items, context = _CONTAINERS[kind][0](tree)
    return TreeSpec(kind, context, tuple([_descend(item, leaves, is_leaf) for item in items]))


def tree_is_leaf(tree: PyTree, is_leaf: Predicate | None = None) -> bool:
    """Whether a tree is a single leaf."""
    return (is_leaf is not None and is_leaf(tree)) or _type_of(tree) is None


def tree_unflatten(leaves: Iterable[Any], treespec: TreeSpec) -> PyTree:
    """The tree of this structure with these leaves. Raises ValueError for more or fewer of them."""
    return treespec.unflatten(leaves)


def tree_leaves(tree: PyTree, is_leaf: Predicate | None = None) -> list[Any]:
    """The leaves from left to right."""
    return tree_flatten(tree, is_leaf)[0]


def tree_iter(tree: PyTree, is_leaf: Predicate | None = None) -> Iterator[Any]:
    """The leaves, one after another."""
    yield from tree_leaves(tree, is_leaf)


def tree_structure(tree: PyTree, is_leaf: Predicate | None = None) -> TreeSpec:
    """The structure."""
    return tree_flatten(tree, is_leaf)[1]


def tree_map(
    func: Callable[..., Any], tree: PyTree, *rests: PyTree, is_leaf: Predicate | None = None
) -> PyTree:
    """A tree of what a function makes of each leaf, and of what stands at its place in the other trees.

    Raises ValueError where another tree is not of the structure of the first.
    """
    leaves, spec = tree_flatten(tree, is_leaf)
    return spec.unflatten(map(func, leaves, *[spec.flatten_up_to(rest) for rest in rests]))


def tree_map_(
    func: Callable[..., Any], tree: PyTree, *rests: PyTree, is_leaf: Predicate | None = None
) -> PyTree:
    """Call a function with each leaf as :func:`tree_map`, and return the tree itself."""
    tree_map(func, tree, *rests, is_leaf=is_leaf)
    return tree


def _chosen(which: Any) -> Predicate:
    """Whether a leaf is of a type or one of several, or as a predicate says."""
    if isinstance(which, type | tuple) or not callable(which):
        return lambda leaf: isinstance(leaf, which)
    return cast("Predicate", which)


def tree_map_only(
    which: Any, /, func: Callable[[Any], Any], tree: PyTree, is_leaf: Predicate | None = None
) -> PyTree:
    """As :func:`tree_map`; leaves other than of these types, or that a predicate is not true of, stay as they are."""
    chosen = _chosen(which)

    def mapped(leaf: Any) -> Any:
        return func(leaf) if chosen(leaf) else leaf

    return tree_map(mapped, tree, is_leaf=is_leaf)


def tree_map_only_(
    which: Any, /, func: Callable[[Any], Any], tree: PyTree, is_leaf: Predicate | None = None
) -> PyTree:
    """Call a function with each of these leaves, and return the tree itself."""
    tree_map_only(which, func, tree, is_leaf)
    return tree


def tree_all(pred: Predicate, tree: PyTree, is_leaf: Predicate | None = None) -> bool:
    """Whether something is true of all leaves."""
    return all(map(pred, tree_iter(tree, is_leaf)))


def tree_any(pred: Predicate, tree: PyTree, is_leaf: Predicate | None = None) -> bool:
    """Whether something is true of a leaf."""
    return any(map(pred, tree_iter(tree, is_leaf)))


def tree_all_only(which: Any, /, pred: Predicate, tree: PyTree, is_leaf: Predicate | None = None) -> bool:
    """Whether something is true of all leaves of these types."""
    return all(map(pred, filter(_chosen(which), tree_iter(tree, is_leaf))))


def tree_any_only(which: Any, /, pred: Predicate, tree: PyTree, is_leaf: Predicate | None = None) -> bool:
    """Whether something is true of a leaf of these types."""
    return any(map(pred, filter(_chosen(which), tree_iter(tree, is_leaf))))
