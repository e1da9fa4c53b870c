"""Loading into a model what was saved under other names."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from ...nn._state_dict import IncompatibleKeys, State, StateDict
from ...nn.parameter import is_lazy
from ...tensor import Tensor
from ..files import open_file
from ..tensor_file import TensorFile
from .differences import Form, compare
from .mapping import KeyMapping, MappingLike, transposed
from .report import report

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from ...nn.module import Module

__all__ = ["import_state"]


def import_state(
    model: Module,
    source: str | os.PathLike[str] | BinaryIO | Mapping[str, Any],
    *,
    strip_prefix: str | None = None,
    add_prefix: str | None = None,
    rename: Mapping[str, str] | None = None,
    transpose: Sequence[str] | None = None,
    drop: Sequence[str] | None = None,
    mapping: MappingLike | None = None,
    strict: bool = True,
) -> IncompatibleKeys:
    """Load a state whose names, or the layout of whose weights, are another library's.

    In patterns, ``{n}`` (any word in braces) stands for text between two dots and ``*`` for any text; a new name has
    them in the place of what they found. Patterns have to fit whole names, as they are without `strip_prefix`.

    Parameters
    ----------
    model
        Receives the values, each converted to the dtype and moved to the device of the model's own tensor.
    source
        The path of a file in any registered format, of which only what the model takes is read; a file opened by
        :func:`open_file`; or tensors by name.
    strip_prefix
        Taken off every name that begins with it.
    add_prefix
        Put before every name, at the end.
    rename
        New names by pattern: ``{"h.{n}.ln_1.*": "blocks.{n}.norm1.*"}``. The first pattern that fits a name counts.
    transpose
        Patterns of weights that lie as (..., in, out), as in TensorFlow, Flax and GPT-2, and are (out, in, ...) in the
        model: matrices and the kernels of convolutions. Vectors stay as they are.
    drop
        Patterns of names to leave out.
    mapping
        All of these as a dictionary, or the path of a TOML file with these keys. Arguments take the place of its.
    strict
        Whether the names have to be the model's, no more and no less.

    Returns
    -------
    IncompatibleKeys
        ``missing_keys`` and ``unexpected_keys``, both empty if `strict`.

    Raises
    ------
    RuntimeError
        A shape differs; a value would lose its kind (a real number to be an integer, a complex one to be real); or,
        with `strict`, a name is missing or unexpected. The message lists both sides and suggests a mapping. Then, and
        when the file proves damaged, the model is as it was.
    ValueError
        The mapping is wrong, or makes one name of two.
    FileNotFoundError, SerializationError
        As :func:`open_file` raises them.

    Notes
    -----
    A name that is missing is none where the model has its tensor under another name as well (tied weights), and where
    batch normalisation may start its ``num_batches_tracked`` anew. All values are read before the first is
    loaded; from ``open_file(path, mmap=True)``, where the format has that, without a second copy in memory.
    """
    rules = KeyMapping.of(
        mapping,
        strip_prefix=strip_prefix,
        add_prefix=add_prefix,
        rename=rename,
        transpose=transpose,
        drop=drop,
    )
    with _opened(source) as state:
        tensors = model.state_dict(keep_vars=True)
        tied = _tied(tensors)
        target = {name: _form(value) for name, value in tensors.items()}
        found = compare(rules, _forms(state), target, tied)
        wrong = found.refused or (strict and (found.missing or found.unexpected))
        special = _loads_specially(model)
        if not wrong or special:
            names = (
                found.names if special else {old: new for old, new in found.names.items() if new in target}
            )
            values = _values(state, names, rules, tied)
            before = {name: _copied(value) for name, value in model.state_dict().items()} if wrong else {}
            try:
                keys = model.load_state_dict(values, strict=strict)
            except RuntimeError:
                if not wrong:
                    raise
                model.load_state_dict(before)
            else:
                left = [new for old, new in found.names.items() if old not in names]
                return IncompatibleKeys(keys.missing_keys, keys.unexpected_keys + left)
        origin = state._origin if isinstance(state, TensorFile) else None
        where = "the given state" if origin is None else origin[0]
        raise RuntimeError(report(found, type(model).__name__, where))


def _opened(source: Any) -> AbstractContextManager[Mapping[str, Any]]:
    if isinstance(source, Mapping):  # whoever opened a file closes it
        return nullcontext(cast("Mapping[str, Any]", source))
    return open_file(source)


def _forms(state: Mapping[str, Any]) -> dict[str, Form]:
    if isinstance(state, TensorFile):
        return {name: Form(info.shape, info.dtype) for name, info in state.tensors.items()}
    return {name: _form(value) for name, value in state.items()}


def _form(value: Any) -> Form:
    if not isinstance(value, Tensor) or is_lazy(value):
        return Form(None, None)
    return Form(tuple(value.shape), value.dtype.name)


def _tied(tensors: Mapping[str, Any]) -> dict[str, str]:
    """For each name, the first one in the model of the same tensor."""
    first: dict[int, str] = {}
    return {name: first.setdefault(id(value), name) for name, value in tensors.items()}


def _loads_specially(model: Module) -> bool:
    """Whether a module in it takes its state in a way of its own, which may know other names."""
    return any(
        type(module)._load_from_state_dict is not State._load_from_state_dict
        or module._hooks_of("load_state_dict_pre")
        or module._hooks_of("load_state_dict_post")
        for module in model.modules()
    ) and not any(is_lazy(value) for value in model.state_dict(keep_vars=True).values())


def _values(
    state: Mapping[str, Any], names: Mapping[str, str], rules: KeyMapping, tied: Mapping[str, str]
) -> StateDict:
    """What the model is to load: the values under their new names, tied ones under each of theirs."""
    values = StateDict()
    if rules == KeyMapping():
        values._metadata = getattr(state, "_metadata", {})
    for old, new in names.items():
        values[new] = transposed(state[old]) if rules.transposes(old) else state[old]
    by_first = {tied.get(name, name): value for name, value in values.items()}
    for name, first in tied.items():
        if name not in values and first in by_first:
            values[name] = by_first[first]
    return values


def _copied(value: Any) -> Any:
    return value.clone() if isinstance(value, Tensor) else value
