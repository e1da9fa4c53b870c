"""How the names, and the layout of weights, in a file of tensors become those of a model."""

from __future__ import annotations

import dataclasses
import json
import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ...errors import ConfigurationError, did_you_mean
from ...tensor import Tensor
from ..tensor_file import TensorFile, TensorInfo
from .patterns import check_pattern, check_replacement, fits, replaced

if TYPE_CHECKING:
    from typing import TypeAlias

__all__ = ["KeyMapping", "MappingLike", "remap", "transposed", "transposed_shape"]

MappingLike: TypeAlias = "KeyMapping | Mapping[str, Any] | str | os.PathLike[str]"


@dataclasses.dataclass(frozen=True)
class KeyMapping:
    """How names become other names. Patterns are as in :func:`import_state`, and fit names without `strip_prefix`."""

    strip_prefix: str = ""
    add_prefix: str = ""
    rename: Mapping[str, str] = dataclasses.field(default_factory=dict[str, str])
    transpose: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()

    @staticmethod
    def of(mapping: MappingLike | None, **arguments: Any) -> KeyMapping:
        """The mapping that a file, a dictionary or a mapping gives, with `arguments` in the place of its parts.

        Raises
        ------
        ConfigurationError
            A key, a value or a pattern is wrong, or the file is no TOML.
        FileNotFoundError
            There is no such file.
        """
        where = ""
        if isinstance(mapping, str | os.PathLike):
            where = f"{os.fspath(mapping)}: "
            mapping = _parsed(Path(mapping), where)
        if mapping is None:
            mapping = {}
        parts: Mapping[str, Any] = (
            {field.name: getattr(mapping, field.name) for field in dataclasses.fields(mapping)}
            if isinstance(mapping, KeyMapping)
            else mapping
        )
        given = {name: value for name, value in arguments.items() if value is not None}
        try:
            return KeyMapping(**_checked({**parts, **given}))
        except ValueError as error:
            raise ConfigurationError(f"{where}{error}") from None

    def new_name(self, name: str) -> str | None:
        """What a name becomes; None where it is left out."""
        short = name.removeprefix(self.strip_prefix)
        if any(fits(pattern, short) for pattern in self.drop):
            return None
        for pattern, replacement in self.rename.items():
            new = replaced(pattern, replacement, short)
            if new is not None:
                return self.add_prefix + new
        return self.add_prefix + short

    def new_names(self, names: Sequence[str]) -> dict[str, str]:
        """What names become, without those that are left out.

        Raises
        ------
        ValueError
            Two become the same.
        """
        renamed: dict[str, str] = {}
        origins: dict[str, str] = {}
        for name in names:
            new = self.new_name(name)
            if new is None:
                continue
            if new in origins:
                raise ValueError(f"both {origins[new]!r} and {name!r} become {new!r}")
            renamed[name], origins[new] = new, name
        return renamed

    def transposes(self, name: str) -> bool:
        """Whether the weight of that name is transposed."""
        short = name.removeprefix(self.strip_prefix)
        return any(fits(pattern, short) for pattern in self.transpose)

    def unused(self, names: Sequence[str]) -> list[str]:
        """Its patterns that fit none of the names."""
        short = [name.removeprefix(self.strip_prefix) for name in names]
        patterns = (*self.rename, *self.transpose, *self.drop)
        return [pattern for pattern in patterns if not any(fits(pattern, name) for name in short)]

    def to_toml(self) -> str:
        """The content of a mapping file."""
        lines = [
            f"{name} = {_quoted(value)}"
            for name in ("strip_prefix", "add_prefix")
            if (value := getattr(self, name))
        ]
        for name in ("drop", "transpose"):
            patterns: tuple[str, ...] = getattr(self, name)
            if patterns:
                lines += [f"{name} = [", *(f"    {_quoted(pattern)}," for pattern in patterns), "]"]
        if self.rename:
            lines += ["", "[rename]"] if lines else ["[rename]"]
            lines += [f"{_quoted(old)} = {_quoted(new)}" for old, new in self.rename.items()]
        return "\n".join(lines)

    def to_arguments(self) -> list[str]:
        """The same as keyword arguments of a call, one by one."""
        values = {
            "strip_prefix": self.strip_prefix,
            "add_prefix": self.add_prefix,
            "drop": list(self.drop),
            "transpose": list(self.transpose),
            "rename": dict(self.rename),
        }
        return [f"{name}={value!r}" for name, value in values.items() if value]


def remap(
    state: Mapping[str, Any],
    *,
    strip_prefix: str | None = None,
    add_prefix: str | None = None,
    rename: Mapping[str, str] | None = None,
    transpose: Sequence[str] | None = None,
    drop: Sequence[str] | None = None,
    mapping: MappingLike | None = None,
) -> Mapping[str, Any]:
    """A state under other names, with weights transposed.

    Parameters
    ----------
    state
        Tensors by name, or an open file, of which nothing is read here.
    strip_prefix, add_prefix, rename, transpose, drop, mapping
        As in :func:`import_state`.

    Returns
    -------
    Mapping
        A dictionary, or a TensorFile for one, in the order of what was given. Tensors share memory with those given.

    Raises
    ------
    ValueError
        Two names become the same, or a pattern or a mapping file is wrong.

    Examples
    --------
    >>> dl.serialization.remap({"module.gamma": 1.0}, strip_prefix="module.", rename={"gamma": "weight"})
    {'weight': 1.0}
    """
    rules = KeyMapping.of(
        mapping,
        strip_prefix=strip_prefix,
        add_prefix=add_prefix,
        rename=rename,
        transpose=transpose,
        drop=drop,
    )
    if isinstance(state, TensorFile):
        return _RemappedFile(state, rules)
    return {
        new: transposed(state[name]) if rules.transposes(name) else state[name]
        for name, new in rules.new_names(list(state)).items()
    }


def transposed_shape(shape: Sequence[int]) -> tuple[int, ...]:
    """The shape of a weight that lay as (..., in, out) and lies as (out, in, ...)."""
    return tuple(shape[dim] for dim in _order(len(shape)))


def transposed(value: Any) -> Any:
    """A weight that lay as (..., in, out) as (out, in, ...), without a copy; vectors as they are."""
    return value.permute(*_order(value.ndim)) if isinstance(value, Tensor) and value.ndim > 1 else value


def _order(ndim: int) -> tuple[int, ...]:
    return tuple(range(ndim)) if ndim < 2 else (ndim - 1, ndim - 2, *range(ndim - 2))


class _RemappedFile(TensorFile):
    """An open file under other names."""

    def __init__(self, file: TensorFile, rules: KeyMapping) -> None:
        names = rules.new_names(list(file))
        self._file = file
        self._old = {new: old for old, new in names.items()}
        self._to_transpose = {new for old, new in names.items() if rules.transposes(old)}
        self.metadata = file.metadata
        self.tensors = {
            new: TensorInfo(
                new,
                transposed_shape(info.shape) if new in self._to_transpose else info.shape,
                info.dtype,
                info.nbytes,
            )
            for new, old in self._old.items()
            for info in [file.tensors[old]]
        }
        self.closes(file.close)

    def read_tensor(self, name: str) -> Tensor:
        """The tensor of the old name."""
        tensor = self._file[self._old[name]]
        return transposed(tensor) if name in self._to_transpose else tensor


def _parsed(path: Path, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:  # no UTF-8 or no TOML
        raise ConfigurationError(f"{where}{error}") from None


def _checked(parts: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of a mapping, each of the type that it has to be."""
    fields = [field.name for field in dataclasses.fields(KeyMapping)]
    for name, value in parts.items():
        if name not in fields:
            raise ConfigurationError(f"a mapping has no {name!r}{did_you_mean(name, fields)}")
        if name in ("strip_prefix", "add_prefix"):
            if not isinstance(value, str):
                raise ConfigurationError(f"{name} is a text, received {value!r}")
        elif name == "rename":
            if not isinstance(value, Mapping) or not _texts(cast("Mapping[Any, Any]", value).values()):
                raise ConfigurationError(f"rename maps patterns to new names, received {value!r}")
            for pattern, replacement in cast("Mapping[str, str]", value).items():
                check_replacement(pattern, replacement)
        else:
            if isinstance(value, str) or not isinstance(value, Sequence) or not _texts(value):
                raise ConfigurationError(f"{name} is a list of patterns, received {value!r}")
            for pattern in cast("Sequence[str]", value):
                check_pattern(pattern)
    return {
        name: tuple(value) if name in ("transpose", "drop") else dict(value) if name == "rename" else value
        for name, value in parts.items()
    }


def _texts(values: Any) -> bool:
    return all(isinstance(value, str) for value in values)


def _quoted(text: str) -> str:
    """A text as TOML and JSON write it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
