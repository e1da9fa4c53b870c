"""Guessing which tensor of a file is which of a model, from shapes, names and order."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from .mapping import transposed_shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Shapes", "fitting", "is_square", "pair", "too_many"]

Shapes: TypeAlias = "Mapping[str, tuple[int, ...] | None]"  # None where any shape fits, or what is no tensor

# What other libraries call the parameters of a layer.
_ALIASES = {
    "gamma": "weight",
    "scale": "weight",
    "kernel": "weight",
    "embedding": "weight",
    "embeddings": "weight",
    "w": "weight",
    "beta": "bias",
    "b": "bias",
    "mean": "running_mean",
    "moving_mean": "running_mean",
    "var": "running_var",
    "moving_variance": "running_var",
}
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
# What tells layers of one kind apart: numbers; numbers that are a part of the name; nothing.
_NUMBERS = re.compile(r"\d+"), re.compile(r"(?<![^.])\d+(?![^.])"), re.compile(r"(?!)")
_MOST_NAMES = 20_000
_MOST_KINDS = 2_000  # of names that differ by more than numbers
_MOST_PAIRS = 50_000  # of layers that are compared; of more, those in the same places
_LONGEST_BEGINNING = 4  # letters of a word that abbreviations keep


class _Layer(NamedTuple):
    """The tensors of layers that differ by their numbers alone.

    Attributes
    ----------
    name : str
        The layers' name, with ``{}`` where the numbers are.
    tensors : dict
        For each layer's numbers, the last part of each tensor's name and the whole.
    """

    name: str
    tensors: dict[tuple[str, ...], dict[str, str]]

    def leaves(self) -> int:
        return sum(len(leaves) for leaves in self.tensors.values())


def fitting(given: tuple[int, ...] | None, wanted: tuple[int, ...] | None) -> bool:
    """Whether a tensor of the first shape can be loaded into one of the second, transposed if need be."""
    return (
        given is None
        or wanted is None
        or wanted in (given, transposed_shape(given))
        or (given, wanted) == ((1,), ())
    )


def is_square(shape: tuple[int, ...] | None) -> bool:
    """Whether the shape does not tell if a weight is transposed."""
    return shape is not None and len(shape) > 1 and transposed_shape(shape) == shape


def too_many(source: Shapes, target: Shapes) -> bool:
    """Whether there are more names than a guess can look at in a few seconds."""
    kinds = {_NUMBERS[0].sub("", name) for names in (source, target) for name in names}
    return len(kinds) > _MOST_KINDS or len(source) + len(target) > _MOST_NAMES


def pair(source: Shapes, target: Shapes, known: Mapping[str, str]) -> dict[str, str]:
    """Names in the file and what they probably are in the model.

    Parameters
    ----------
    source, target
        The shapes of the tensors of the file and of the model.
    known
        Pairs that are given.
    """
    pairs = dict(known)
    taken = set(known.values())
    sources = {name: shape for name, shape in source.items() if name not in pairs}
    targets = {name: shape for name, shape in target.items() if name not in taken}

    def take(found: Iterable[tuple[str, str]]) -> None:
        for old, new in found:
            if old in sources and new in targets:
                pairs[old] = new
                del sources[old], targets[new]

    while found := _by_prefix(sources, targets):
        take(found)
    for numbers in _NUMBERS:
        take(_by_layers(sources, targets, numbers))
    return pairs


def _by_prefix(sources: Shapes, targets: Shapes) -> list[tuple[str, str]]:
    """Names that are equal after the same prefix, that which most share; no prefix comes first."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for names, others, strip in ((sources, targets, True), (targets, sources, False)):
        for name in names:
            for prefix, rest in _beginnings(name):
                old, new = (name, rest) if strip else (rest, name)
                if rest in others and fitting(sources[old], targets[new]):
                    found[(prefix, "") if strip else ("", prefix)].append((old, new))
    best = max(found.items(), key=lambda item: (item[0] == ("", ""), len(item[1])), default=None)
    return best[1] if best is not None and (len(best[1]) > 1 or best[0] == ("", "")) else []


def _beginnings(name: str) -> Iterable[tuple[str, str]]:
    parts = name.split(".")
    for count in range(len(parts)):
        yield "".join(f"{part}." for part in parts[:count]), ".".join(parts[count:])


def _by_layers(sources: Shapes, targets: Shapes, numbers: re.Pattern[str]) -> list[tuple[str, str]]:
    """Layer by layer: first those whose shapes agree best and whose names are most alike."""
    theirs, ours = _layers(sources, numbers), _layers(targets, numbers)
    places: dict[object, list[tuple[int, _Layer]]] = defaultdict(list)
    for place, layer in enumerate(ours):
        for size in _sizes(layer, targets):
            places[size].append((place, layer))
    most = _MOST_PAIRS // max(len(theirs), 1) + 1
    scored: list[tuple[float, float, int, list[tuple[str, str]]]] = []
    for place, layer in enumerate(theirs):
        near = {at: other for size in _sizes(layer, sources) for at, other in places[size]}
        for at in sorted(near, key=lambda at: abs(place * len(ours) - at * len(theirs)))[:most]:
            other = near[at]
            matched = _matched(layer, other, sources, targets)
            if matched:
                complete = 2 * len(matched) / (layer.leaves() + other.leaves())
                alike = _likeness(_words(layer.name), _words(other.name))
                apart = abs(place / len(theirs) - at / len(ours))
                scored.append((complete + alike, -apart, -place, matched))
    scored.sort(key=lambda score: score[:3], reverse=True)
    found: list[tuple[str, str]] = []
    used_old, used_new = set[str](), set[str]()
    for *_, matched in scored:
        if used_old.isdisjoint(old for old, _ in matched) and used_new.isdisjoint(new for _, new in matched):
            found += matched
            used_old.update(old for old, _ in matched)
            used_new.update(new for _, new in matched)
    return found


def _layers(names: Iterable[str], numbers: re.Pattern[str]) -> list[_Layer]:
    layers: dict[str, _Layer] = {}
    for name in names:
        module, _, leaf = name.rpartition(".")
        kind = numbers.sub("{}", module)
        layer = layers.setdefault(kind, _Layer(kind, {}))
        layer.tensors.setdefault(tuple(numbers.findall(module)), {})[leaf] = name
    return list(layers.values())


def _sizes(layer: _Layer, shapes: Shapes) -> set[object]:
    """What layers must share to be compared: a tensor's shape in any order."""
    sizes = set[object]()
    for leaves in layer.tensors.values():
        for name in leaves.values():
            shape = shapes[name]
            sizes.add(None if shape is None else tuple(sorted(shape)))
    return sizes


def _matched(layer: _Layer, other: _Layer, sources: Shapes, targets: Shapes) -> list[tuple[str, str]]:
    """Which tensors of one kind of layer fit which of the other, in all layers of the same numbers, or places."""
    if len(layer.tensors) == len(other.tensors):
        places = list(zip(_sorted(layer.tensors), _sorted(other.tensors), strict=True))
    else:
        places = [(numbers, numbers) for numbers in layer.tensors if numbers in other.tensors]
    together = [(layer.tensors[at], other.tensors[to]) for at, to in places]
    if not together:
        return []
    choices = [
        (_alike(old, new), -abs(at - to), old, new)
        for at, old in enumerate(together[0][0])
        for to, new in enumerate(together[0][1])
        if all(
            old in theirs and new in ours and fitting(sources[theirs[old]], targets[ours[new]])
            for theirs, ours in together
        )
    ]
    leaves: dict[str, str] = {}
    for _, _, old, new in sorted(choices, key=lambda choice: choice[:2], reverse=True):
        if old not in leaves and new not in leaves.values():
            leaves[old] = new
    return [(theirs[old], ours[new]) for old, new in leaves.items() for theirs, ours in together]


def _sorted(numbers: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return sorted(numbers, key=lambda those: [int(number) for number in those])


def _alike(old: str, new: str) -> float:
    """How alike the last parts of two names are: 1 where they mean the same."""
    old, new = (_ALIASES.get(leaf.lower(), leaf) for leaf in (old, new))
    return 1.0 if old == new else _likeness(_words(old), _words(new)) / 2


@lru_cache(maxsize=4096)
def _words(name: str) -> frozenset[str]:
    """The words of a name and how they begin, as abbreviations do."""
    words = [word.lower() for word in _WORDS.findall(name)]
    return frozenset(
        word[:count] for word in words for count in (*range(1, _LONGEST_BEGINNING + 1), len(word))
    )


def _likeness(first: frozenset[str], second: frozenset[str]) -> float:
    """From 0 to 1 (Dice's coefficient)."""
    total = len(first) + len(second)
    return 2 * len(first & second) / total if total else 1.0
