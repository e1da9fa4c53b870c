"""Putting a checkpoint into the objects of a run: all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .parts import VALUE, misfits, put, snapshot
from .random_state import get_random_state, set_random_state
from .versions import versions

if TYPE_CHECKING:
    from .checkpoint import LoadedCheckpoint

__all__ = ["restore"]


def restore(objects: Mapping[str, Any], saved: LoadedCheckpoint) -> None:
    """Put the states of a checkpoint into objects and set the random numbers. See `LoadedCheckpoint.restore`."""
    found = _differences(objects, saved)
    if found:
        raise RuntimeError(_message(saved, found))
    undo: list[tuple[str, Callable[[], Any]]] = []
    name = "random"
    try:
        before = get_random_state()
        undo.append((name, lambda: set_random_state(before)))
        set_random_state(saved.random)
        for name, value in objects.items():
            undo.append((name, snapshot(value)))
            put(value, saved.values[name])
    except BaseException as error:
        stuck = _undone(undo)
        if not isinstance(error, Exception):
            raise
        raise RuntimeError(_message(saved, [f"{name}: {type(error).__name__}: {error}"], stuck)) from error


def _undone(undo: list[tuple[str, Callable[[], Any]]]) -> list[str]:
    """Put everything back, the last first; the names of what would not go."""
    stuck: list[str] = []
    for name, back in reversed(undo):
        try:
            back()
        except Exception:
            stuck.append(name)
    return stuck


def _differences(objects: Mapping[str, Any], saved: LoadedCheckpoint) -> list[str]:
    """All that does not fit, a line each."""
    lines = [
        f"{name}: was saved from a {part.get('kind')}, and nothing is given under that name"
        for name, part in saved.parts.items()
        if name not in objects and part.get("kind") not in (VALUE, "Tensor")
    ]
    for name, value in objects.items():
        if name not in saved.parts:
            lines.append(f"{name}: is given, and nothing was saved under that name")
        else:
            lines += [f"{name}: {line}" for line in misfits(value, saved.parts[name], saved.values[name])]
    return lines


def _message(saved: LoadedCheckpoint, lines: list[str], stuck: Sequence[str] = ()) -> str:
    now = versions()
    others = [
        f"(saved with {name} {saved.versions.get(name, 'not there')}, here it is {now.get(name, 'not there')})"
        for name in sorted({*saved.versions, *now})
        if saved.versions.get(name) != now.get(name)
    ]
    listing = "\n\t".join([*lines, *others])
    left = f"what could not be put back is {', '.join(stuck)}" if stuck else "nothing was changed"
    return f"{saved.path} cannot be restored; {left}:\n\t{listing}"
