"""The shortest mapping that makes given names of given others."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from .mapping import KeyMapping, transposed_shape
from .pairing import fitting, is_square, pair, too_many
from .patterns import fits, replaced

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .pairing import Shapes

__all__ = ["Suggestion", "same_shape", "suggest"]

_LETTERS = "nmkpqrst"
_NUMBER = re.compile(r"(\d+)")


class Suggestion(NamedTuple):
    """A mapping that was guessed.

    Attributes
    ----------
    mapping : KeyMapping
        The mapping.
    pairs : dict of str to str
        Names in the file and what they are in the model.
    square : list of str
        Patterns of weights whose shape does not tell whether they are transposed as others of the file are.
    """

    mapping: KeyMapping
    pairs: dict[str, str]
    square: list[str]


def suggest(source: Shapes, target: Shapes, given: KeyMapping) -> Suggestion:
    """Guess what makes the tensors of a file those of a model.

    Parameters
    ----------
    source, target
        The shapes of the tensors of the file and of the model.
    given
        A mapping of which what fits is kept.
    """
    if too_many(source, target):
        return Suggestion(given, {}, [])
    source = {name: shape for name, shape in source.items() if _writable(name)}
    target = {name: shape for name, shape in target.items() if _writable(name)}
    known: dict[str, str] = {}
    dropped: set[str] = set()
    for name, shape in source.items():
        new = given.new_name(name)
        if new is None:
            dropped.add(name)
        elif new in target and new not in known.values() and fitting(shape, target[new]):
            known[name] = new
    pairs = pair({name: shape for name, shape in source.items() if name not in dropped}, target, known)
    strip, add = _prefixes(pairs, given)
    short = {name: name.removeprefix(strip) for name in source}
    wanted = {short[old]: pairs[old].removeprefix(add) for old in source if old in pairs}
    unused = [short[name] for name in source if name not in pairs]
    matrices = [old for old in pairs if len(source[old] or ()) > 1 and target[pairs[old]] is not None]
    squares = [old for old in matrices if is_square(source[old])]
    turned = [
        old
        for old in matrices
        if (given.transposes(old) if old in squares else source[old] != target[pairs[old]])
    ]
    straight = [short[old] for old in matrices if old not in turned]
    unclear = [old for old in squares if old not in turned] if turned else []
    mapping = KeyMapping(
        strip,
        add,
        _renames(wanted),
        tuple(_cover([short[old] for old in turned], straight, _numbered)),
        tuple(_cover(unused, list(wanted), _subtrees)) if wanted else (),
    )
    others = [short[old] for old in matrices if old not in unclear]
    return Suggestion(mapping, pairs, _cover([short[old] for old in unclear], others, _numbered))


def _writable(name: str) -> bool:
    """Whether the name can be written as a pattern for itself alone."""
    return bool(name) and not {*"{}*"} & {*name}


def same_shape(
    mapping: KeyMapping, name: str, given: tuple[int, ...] | None, wanted: tuple[int, ...] | None
) -> bool:
    """Whether a tensor of the file has the shape of the model's, after the mapping; (1,) counts as a number."""
    if given is None or wanted is None:
        return True
    found = transposed_shape(given) if mapping.transposes(name) else tuple(given)
    return found == wanted or (found, wanted) == ((1,), ())


def _prefixes(pairs: Mapping[str, str], given: KeyMapping) -> tuple[str, str]:
    """What to take off and to put before names, so that most of them are right."""
    strips, adds = Counter({given.strip_prefix: 1}), Counter({given.add_prefix: 1})
    for old, new in pairs.items():
        strips[old.removesuffix(new) if old.endswith(f".{new}") else ""] += 2
        adds[new.removesuffix(old) if new.endswith(f".{old}") else ""] += 2
    strip, add = (prefixes.most_common(1)[0][0] for prefixes in (strips, adds))
    if not strip and not add and all(old != new for old, new in pairs.items()):
        strip, add = _common(list(pairs)), _common(list(pairs.values()))
        if strip == add:
            return "", ""
    return strip, add if all(new.startswith(add) for new in pairs.values()) else ""


def _common(names: Sequence[str]) -> str:
    """The parts that all names begin with, before their last ones."""
    beginning = ""
    for parts in zip(*(name.split(".")[:-1] for name in names), strict=False):
        if len({*parts}) > 1:
            break
        beginning += f"{parts[0]}."
    return beginning


def _renames(wanted: Mapping[str, str]) -> dict[str, str]:
    """Few rules, none of which makes a wrong name of any: for each name that has none yet that which helps most."""
    missing = {old: new for old, new in wanted.items() if old != new}
    rules: dict[str, str] = {}
    while missing:
        old, new = next(iter(missing.items()))
        found = {rule: _right(rule, wanted) & missing.keys() for rule in _rules(old, new)}
        pattern, replacement = max(found, key=lambda rule: (len(found[rule]), -len(rule[0]), rule))
        rules[pattern] = replacement
        for name in found[pattern, replacement]:
            del missing[name]
    return rules


def _right(rule: tuple[str, str], wanted: Mapping[str, str]) -> set[str]:
    """The names of which a rule makes the right ones; none if it makes a wrong one."""
    right = set[str]()
    for old, new in wanted.items():
        made = replaced(*rule, old)
        if made == new:
            right.add(old)
        elif made is not None:
            return set()
    return right


def _rules(old: str, new: str) -> set[tuple[str, str]]:
    """Rules that make one name of another: what both begin or end with may become ``*``, numbers ``{n}``."""
    theirs, ours = old.split("."), new.split(".")
    shortest = min(len(theirs), len(ours))
    begins = _alike(theirs, ours)
    ends = _alike(theirs[::-1], ours[::-1])
    rules = {(old, new)}
    for start in {0, begins}:
        for end in range(min(ends, shortest - start) + 1):
            pair = theirs[start : len(theirs) - end], ours[start : len(ours) - end]
            for parts in (pair, _with_words(*pair)):
                rule = [".".join([*["*"] * (start > 0), *side, *["*"] * (end > 0)]) for side in parts]
                if all(rule) and replaced(rule[0], rule[1], old) == new:
                    rules.add((rule[0], rule[1]))
    return rules


def _alike(first: Sequence[str], second: Sequence[str]) -> int:
    """How many parts are equal from the start."""
    return next(
        (place for place, (a, b) in enumerate(zip(first, second, strict=False)) if a != b),
        min(len(first), len(second)),
    )


def _with_words(old: Sequence[str], new: Sequence[str]) -> tuple[list[str], list[str]]:
    """Parts of two names with a word in braces for each number that both have."""
    letters = iter(_LETTERS)
    theirs, ours = (_NUMBER.split(".".join(side)) for side in (old, new))
    for place in range(1, len(theirs), 2):  # where the numbers are
        if theirs[place] in ours[1::2]:
            letter = next(letters, None)
            if letter is None:
                break
            at = 2 * ours[1::2].index(theirs[place]) + 1
            theirs[place] = ours[at] = f"{{{letter}}}"
    return "".join(theirs).split("."), "".join(ours).split(".")


def _cover(names: Sequence[str], others: Sequence[str], candidates: Callable[[str], set[str]]) -> list[str]:
    """Patterns that fit all names and none of the others: for each name that none fits yet that which fits most."""
    missing, patterns = dict.fromkeys(names), list[str]()
    while missing:
        found = {
            pattern: [name for name in missing if fits(pattern, name)]
            for pattern in candidates(next(iter(missing)))
            if not any(fits(pattern, other) for other in others)
        }
        pattern = max(found, key=lambda pattern: (len(found[pattern]), -len(pattern), pattern))
        patterns.append(pattern)
        for name in found[pattern]:
            del missing[name]
    return patterns


def _numbered(name: str) -> set[str]:
    parts = name.split(".")
    return {name, ".".join(_with_words(parts, parts)[0])}


def _subtrees(name: str) -> set[str]:
    found = _numbered(name)
    for pattern in tuple(found):
        parts = pattern.split(".")
        found |= {".".join([*parts[:count], "*"]) for count in range(1, len(parts))}
    return found
