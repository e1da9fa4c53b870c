"""Writing the tensors of one file into another, of another format, under other names or with another dtype."""

from __future__ import annotations

import dataclasses
import inspect
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import deep_learner
from deep_learner import Tensor
from deep_learner.errors import ConfigurationError
from deep_learner.serialization import (
    DeferredTensor,
    KeyMapping,
    LoadedFile,
    TensorFile,
    TensorInfo,
    open_file,
    remap,
)
from deep_learner.serialization.formats import format_of_suffix, serializer_of
from deep_learner_trainer.tensor_files import found

__all__ = ["Conversion", "convert"]


@dataclasses.dataclass(frozen=True)
class Conversion:
    """What was written.

    Attributes
    ----------
    path : Path
        The file.
    format : str
        The serializer that wrote it.
    tensors, nbytes : int
        How many tensors were read, and their bytes.
    """

    path: Path
    format: str
    tensors: int
    nbytes: int


def convert(
    source: str | Path,
    target: str | Path,
    *,
    source_format: str | None = None,
    target_format: str | None = None,
    mapping: KeyMapping | Mapping[str, Any] | str | Path | None = None,
    dtype: str | None = None,
    max_shard_size: int | str | None = None,
    force: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Conversion:
    """Writes what is in one file into another, tensor by tensor where both formats allow it.

    Parameters
    ----------
    source, target : str or Path
        The files; the source may be a folder with one. The target appears, or is replaced, in one step.
    source_format, target_format : str, optional
        Names of serializers; by default what the source's content and the target's suffix tell.
    mapping : KeyMapping, dict or path, optional
        New names and transposed weights, as in `deep_learner.serialization.import_state`. What is no tensor is left
        out then; otherwise nested values stay as they are.
    dtype : str, optional
        What floating-point tensors become; others stay.
    max_shard_size : int or str, optional
        How many bytes each file of a sharded format may have, such as ``"2GB"``.
    force : bool
        Whether to replace a target that is there.
    progress : callable
        Called as ``progress(done, total)`` with the bytes of the tensors that were read and of all.

    Raises
    ------
    FileExistsError
        If the target is there, and `force` is not given.
    FileNotFoundError
        If there is no source, mapping file or folder for the target.
    ConfigurationError
        If the formats, the mapping or the options do not fit together.
    SerializationError
        If the source is damaged or in no known format.
    """
    kind = getattr(deep_learner, dtype or "", deep_learner.float32)
    if not isinstance(kind, deep_learner.dtype) or not kind.is_floating_point:
        raise ConfigurationError(
            f"--dtype: tensors cannot become {dtype!r}, which is no floating-point dtype"
        )
    source, target = found(Path(source)), Path(target)
    target_format = _format(target, target_format)
    if target.exists() and not force:
        raise FileExistsError(f"{target} is there already: --force replaces it")
    options: dict[str, Any] = {}
    taken = _options(target_format)
    if max_shard_size is not None:
        if "max_shard_size" not in taken:
            raise ConfigurationError(
                f"--max-shard-size: {target_format} writes one file; a name that ends in .safetensors.index.json "
                "chooses a format of several"
            )
        options["max_shard_size"] = max_shard_size
    with open_file(source, "cpu", format=source_format) as opened:
        file = opened if mapping is None else _remapped(opened, KeyMapping.of(mapping))
        reading = _Reading(file, dtype, progress)
        value = file.arrange(reading.tensors)
        if "metadata" in taken and _is_flat(opened):
            options["metadata"] = {key: text for key, text in file.metadata.items() if isinstance(text, str)}
        deep_learner.save(value, target, target_format, **options)
    return Conversion(target, target_format, len(file), reading.total)


def _format(target: Path, format: str | None) -> str:
    if target.is_dir():
        raise ConfigurationError(f"{target} is a folder: name the file to write in it")
    if format is None:
        try:
            return format_of_suffix(target)
        except ValueError as error:
            raise ConfigurationError(str(error).replace("pass format=", "use --to")) from None
    serializer_of(format)  # which complains of a name that there is not
    return format


def _options(format: str) -> set[str]:
    """What a format takes besides the value."""
    serializer = serializer_of(format)
    return {
        name
        for write in (serializer.write, serializer.save_path)
        for name in inspect.signature(write).parameters
    }


def _is_flat(file: TensorFile) -> bool:
    """Whether there are no nested values, so that the metadata is that of the file as a whole."""
    value = file.arrange(dict.fromkeys(file.tensors, deep_learner.zeros(())))
    return isinstance(value, dict) and value.keys() == file.tensors.keys()


def _remapped(file: TensorFile, rules: KeyMapping) -> TensorFile:
    unused = rules.unused(list(file))
    if unused:
        warnings.warn(f"no name fits {', '.join(map(repr, unused))}", stacklevel=3)
    remapped = remap(file, mapping=rules)
    assert isinstance(remapped, TensorFile)
    return remapped


class _Reading:
    """The tensors of a file, read when they are written, converted, and counted."""

    def __init__(self, file: TensorFile, dtype: str | None, progress: Callable[[int, int], None]) -> None:
        self.file = file
        self.dtype = dtype
        self.progress = progress
        self.total = sum(info.nbytes for info in file.tensors.values())
        self.done = 0
        self.met = set[str]()
        self.tensors: dict[str, Tensor]
        if isinstance(file, LoadedFile) and dtype is None:  # they are there, and may share memory
            self.tensors = dict(file)
        else:
            self.tensors = {name: self.tensor(info) for name, info in file.tensors.items()}

    def tensor(self, info: TensorInfo) -> Tensor:
        kind = _dtype(info.dtype)
        if kind is None:
            kind = self.file[info.name].dtype  # the format has a word of its own for it
        if self.dtype is not None and kind.is_floating_point:
            kind = getattr(deep_learner, self.dtype)
        return DeferredTensor(info.shape, kind, lambda: self.read(info, kind))

    def read(self, info: TensorInfo, kind: deep_learner.dtype) -> Tensor:
        tensor = self.file[info.name]
        if tensor.dtype is not kind:
            tensor = self.converted(info.name, tensor, kind)
        if info.name not in self.met:
            self.met.add(info.name)
            self.done += info.nbytes
            self.progress(self.done, self.total)
        return tensor

    def converted(self, name: str, tensor: Tensor, kind: deep_learner.dtype) -> Tensor:
        converted = tensor.to(kind)
        if kind is deep_learner.float16 and (converted.isinf() & ~tensor.isinf()).any():
            warnings.warn(f"{name!r}: values too large for {self.dtype} became infinite", stacklevel=2)
        return converted


def _dtype(name: str) -> deep_learner.dtype | None:
    """The dtype of a name, as tensors of files have it; None where that is to be seen."""
    dtype = getattr(deep_learner, name, None) if name.isidentifier() else None
    if not isinstance(dtype, deep_learner.dtype):
        return None
    try:
        deep_learner.zeros((), dtype=dtype, device="cpu").numpy()
    except (ImportError, TypeError):
        return deep_learner.float32 if dtype is deep_learner.bfloat16 else None
    return dtype
