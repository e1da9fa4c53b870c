"""What a file and a model do not share, side by side, and the mapping that may help, as a message."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

from .differences import compare
from .suggesting import suggest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .differences import Differences
    from .mapping import KeyMapping
    from .suggesting import Suggestion

__all__ = ["report"]

_Row: TypeAlias = "tuple[str, str, str, str, str]"
_HEADER = "unexpected in the file", "shape", "missing in the model", "shape", ""
_NOTHING = "-"
_SQUARE = (
    "Whether square weights are transposed like others their shapes do not tell; if so, add to transpose:"
)


def report(found: Differences, model: str, file: str) -> str:
    """All differences for a person.

    Parameters
    ----------
    found
        The differences.
    model, file
        What to call the two sides.
    """
    shapes = {name: form.shape for name, form in found.source.items()}
    wanted = {name: form.shape for name, form in found.target.items()}
    suggestion = suggest(shapes, wanted, found.rules)
    counts = (
        f"{len(found.missing)} missing, {len(found.unexpected)} unexpected, "
        f"{len(found.refused)} of another shape or kind"
    )
    lines = [f"Error(s) in loading state_dict for {model} from {file}: {counts}", ""]
    lines += _table(_HEADER, list(_rows(found, suggestion.pairs)))
    lines += ["", *_advice(found, suggestion)]
    return "\n".join(lines)


def _rows(found: Differences, pairs: Mapping[str, str]) -> Iterable[_Row]:
    """One for each difference, in the file's order, then what the model has besides."""
    told = set[str]()
    different = {*found.unexpected, *found.refused}
    for old in found.source:
        if old not in different:
            continue
        shape = found.source[old].shape
        new = pairs.get(old, found.names[old])
        if new not in found.target:
            yield old, _text(shape), _NOTHING, "", ""
            continue
        told.add(found.tied[new])
        wanted = found.target[new].shape
        note = "transposed" if shape != wanted and old in pairs else found.refused.get(old, "")
        yield old, _text(shape), new, _text(wanted), note
    for new in found.missing:
        if found.tied[new] not in told:
            yield _NOTHING, "", new, _text(found.target[new].shape), ""


def _advice(found: Differences, suggestion: Suggestion) -> Iterable[str]:
    mapping = suggestion.mapping
    promise = _promise(found, mapping)
    if mapping == found.rules or not suggestion.pairs or not promise:
        yield "No mapping of names was found that helps."
        return
    yield f"{promise}; tensors of equal shape were told apart by their names and their order alone."
    yield from ("As a file, for mapping=:", "")
    yield from (f"    {line}" if line else "" for line in mapping.to_toml().split("\n"))
    yield from ("", "In the call:", "", "    import_state(", "        model,", "        source,")
    yield from (f"        {argument}," for argument in mapping.to_arguments())
    yield "    )"
    if suggestion.square:
        yield from ("", _SQUARE, "")
        yield from (f'    "{pattern}",' for pattern in suggestion.square)


def _promise(found: Differences, mapping: KeyMapping) -> str:
    """What a mapping was seen to do."""
    try:
        after = compare(mapping, found.source, found.target, found.tied)
    except ValueError:  # it makes one name of two
        return ""
    if not (after.missing or after.unexpected or after.refused):
        return "With this mapping every name and shape fits"
    if not after.refused:
        return "With this mapping, and strict=False for the rest, what fits is loaded"
    return "This mapping helps with some of it"


def _table(header: _Row, rows: Sequence[_Row]) -> list[str]:
    """Rows in columns; those of layers that differ by their number alone are one."""
    rows = [header, *_merged(rows)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _merged(rows: Sequence[_Row]) -> Iterable[_Row]:
    groups: dict[_Row, list[tuple[str, _Row]]] = defaultdict(list)
    for row in rows:
        (old, first), (new, second) = _numbered(row[0]), _numbered(row[2])
        if (first or second) and (first == second or not first or not second):
            groups[old, row[1], new, row[3], row[4]].append((first or second, row))
        else:
            groups[row].append(("", row))
    for (old, shape, new, wanted, note), members in groups.items():
        if len(members) == 1:
            yield members[0][1]
        else:
            numbers = f"{{{_range([number for number, _ in members])}}}"
            yield old.replace("{}", numbers), shape, new.replace("{}", numbers), wanted, note


def _numbered(name: str) -> tuple[str, str]:
    """A name with ``{}`` for the first of its parts that is a number, and that number."""
    parts = name.split(".")
    for place, part in enumerate(parts):
        if part.isdecimal():
            return ".".join([*parts[:place], "{}", *parts[place + 1 :]]), part
    return name, ""


def _range(numbers: Sequence[str]) -> str:
    values = [int(number) for number in numbers]
    if values == list(range(values[0], values[0] + len(values))) and len(values) > 2:
        return f"{numbers[0]}…{numbers[-1]}"
    return ",".join(numbers)


def _text(shape: tuple[int, ...] | None) -> str:
    return "" if shape is None else str(tuple(shape))
