"""Tensors in several safetensors files and an index of which is where: how Hugging Face's libraries keep large models.

The index is JSON: ``{"metadata": {"total_size": ...}, "weight_map": {name of a tensor: name of its file}}``. Source:
https://huggingface.co/docs/safetensors and the documentation of ``huggingface_hub.save_torch_state_dict``.

New values go to files of names that there have never been; then the index is replaced in one step; then the files that
only the old index named are removed. So the index names whole files at any moment, and a process that is killed leaves,
at worst, files that no index names.
"""

from __future__ import annotations

import json
import secrets
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar

from deep_learner.serialization import SerializationError, Serializer, atomic_write
from deep_learner_serializers.safetensors import (
    FORMAT,
    SafetensorsFile,
    checked_texts,
    kind_of,
    write_tensors,
)
from deep_learner_serializers.sizes import parse_size
from deep_learner_serializers.structure import STRUCTURE, StructuredFile, flatten, plain_values

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping

    import deep_learner as dl
    from deep_learner.typing import DeviceLike

__all__ = ["ShardedSafetensors"]

_SUFFIX = ".safetensors.index.json"
_LARGEST = 100_000_000  # bytes of an index
_TRIES = 10  # to find the files of an index that is being replaced


class ShardedSafetensors(Serializer):
    """Tensors in several safetensors files beside an index, ``model.safetensors.index.json``, which is what is named.

    Notes
    -----
    A file object cannot take several files: a path is needed.
    """

    places: ClassVar[bool] = True

    @staticmethod
    def recognises(head: bytes) -> bool:
        """A JSON object."""
        return head.lstrip()[:1] == b"{"

    def write(self, value: Any, file: BinaryIO) -> None:
        """Raises ValueError: several files need a path."""
        raise ValueError(
            "a sharded file is several files beside each other: save to a path, not to a file object"
        )

    def save_path(  # pyright: ignore[reportIncompatibleMethodOverride]
        self,
        value: Any,
        path: str | os.PathLike[str],
        *,
        max_shard_size: int | str = "5GB",
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        """Write the shards, then the index.

        Parameters
        ----------
        value, path
            As in every format.
        max_shard_size
            How many bytes of values a shard may have, or text such as ``"500MB"`` (1000 each) and ``"2GiB"`` (1024
            each); a tensor that is larger has a shard of its own.
        metadata
            Texts by name, for other readers and for `open_file`.
        """
        path = Path(path)
        tensors, structure = flatten(value, reserved=frozenset({"__metadata__"}))
        for name, tensor in tensors.items():
            kind_of(name, tensor)
        texts = checked_texts(metadata)
        shards = list(_shards(tensors, parse_size(max_shard_size)))
        names: list[str] = []
        try:
            with atomic_write(path) as index:
                names = _claim(path, len(shards))
                for name, shard in zip(names, shards, strict=True):
                    with atomic_write(path.parent / name) as file:  # to have it on the disk before the index
                        write_tensors(file, {key: tensors[key] for key in shard}, FORMAT)
                places = {key: name for name, shard in zip(names, shards, strict=True) for key in shard}
                total = sum(tensor.nbytes for tensor in tensors.values())
                table = {
                    "metadata": {"total_size": total, **texts, STRUCTURE: structure},
                    "weight_map": places,
                }
                index.write(json.dumps(table, indent=2, sort_keys=True, ensure_ascii=False).encode())
                replaced = _named_by(path)
        except BaseException:
            named = _named_by(path)
            if named is not None:  # else the new index may be in its place
                _remove(path.parent, {*names} - named)
            raise
        _remove(path.parent, (replaced or set()) - {*names})

    def read(self, file: BinaryIO, *, map_location: DeviceLike = None, mmap: bool = False) -> Any:
        """Read a value; an index without our structure is a flat dictionary of tensors.

        Parameters
        ----------
        file, map_location, mmap
            As in the format of one file.
        """
        with self.open(file, mmap=mmap) as opened:
            return opened.read_all(map_location)

    def open(self, file: BinaryIO, *, mmap: bool = False) -> ShardedFile:
        """Read the index and the headers of the shards."""
        path = getattr(file, "name", None)
        if not isinstance(path, str):
            raise SerializationError("the files that it names stand beside it: open it by its path")
        start = file.tell()
        size = file.seek(0, 2) - start
        if size > _LARGEST:
            raise SerializationError(f"it is no index: it has {size} bytes")
        file.seek(start)
        content = file.read()
        for _ in range(_TRIES):
            try:
                return ShardedFile(Path(path).parent, content, mmap)
            except FileNotFoundError as error:  # or the index has been replaced since it was opened
                before, content = content, Path(path).read_bytes()
                if content == before:
                    name = Path(error.filename).name
                    raise SerializationError(f"it names the file {name!r}, which is not there") from None
        raise SerializationError(f"it was replaced {_TRIES} times while it was opened")


class ShardedFile(StructuredFile):
    """The files of an index, opened.

    Parameters
    ----------
    folder
        Where they stand.
    content
        The index.
    mmap
        Whether tensors show the files, mapped into memory.
    """

    def __init__(self, folder: Path, content: bytes, mmap: bool = False) -> None:
        metadata, places = _parsed(content)
        self.structure = metadata.pop(STRUCTURE, None)
        if self.structure is not None and type(self.structure) is not str:
            raise SerializationError(f"its {STRUCTURE} is no text")
        self.metadata = {**metadata, **({} if self.structure is None else plain_values(self.structure))}
        self.tensors = {}
        self._shards: dict[str, SafetensorsFile] = {}
        self._places = places
        try:
            for shard in dict.fromkeys(places.values()):
                self._open(folder, shard, mmap)
            for name, shard in places.items():
                if name not in self._shards[shard].tensors:
                    raise SerializationError(f"the shard {shard!r} lacks the tensor {name!r:.100}")
                self.tensors[name] = self._shards[shard].tensors[name]
        except BaseException:
            self.close()
            raise

    def _open(self, folder: Path, shard: str, mmap: bool) -> None:
        file = (folder / shard).open("rb")
        self.closes(file.close)
        try:
            self._shards[shard] = SafetensorsFile(file, mmap)
        except SerializationError as error:
            raise SerializationError(f"its shard {shard!r}: {error}") from None

    def read_tensor(self, name: str) -> dl.Tensor:
        """The tensor on the CPU."""
        return self._shards[self._places[name]].read_tensor(name)


def _parsed(content: bytes) -> tuple[dict[str, Any], dict[str, str]]:
    """The metadata of an index and its map of tensors to files beside it."""
    try:
        table = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise SerializationError(f"it is damaged: no JSON ({error})") from None
    places = table.get("weight_map") if type(table) is dict else None
    metadata = {} if type(table) is not dict else table.get("metadata") or {}
    if type(places) is not dict or type(metadata) is not dict:
        raise SerializationError("it is no index: it has no weight_map")
    for name, shard in places.items():
        if type(shard) is not str or not shard.endswith(".safetensors") or {*shard} & {"/", "\\", "\0", ":"}:
            raise SerializationError(
                f"the tensor {name!r:.100} is to be in {shard!r:.100}, which is no safetensors file beside the index"
            )
    return metadata, places


def _shards(tensors: Mapping[str, dl.Tensor], largest: int) -> Iterator[list[str]]:
    """Names of tensors, shard by shard, in their order."""
    shard: list[str] = []
    room = largest
    for name, tensor in tensors.items():
        if shard and tensor.nbytes > room:
            yield shard
            shard, room = [], largest
        shard.append(name)
        room -= tensor.nbytes
    if shard:
        yield shard


def _claim(path: Path, count: int) -> list[str]:
    """Create empty files for shards, of names that no index has had: who opened an old one must not find new values."""
    stem = path.name.removesuffix(_SUFFIX)
    start = f"{stem}-{secrets.token_hex(4)}" if path.exists() else stem
    while True:
        names = [f"{start}-{number:05}-of-{count:05}.safetensors" for number in range(1, count + 1)]
        made: list[str] = []
        try:
            for name in names:
                (path.parent / name).open("xb").close()
                made.append(name)
        except BaseException as error:
            _remove(path.parent, made)
            if not isinstance(error, FileExistsError):
                raise
            start = f"{stem}-{secrets.token_hex(4)}"
        else:
            return names


def _named_by(path: Path) -> set[str] | None:
    """The shards that an index names; none if it is no index or not there, None if it cannot be read."""
    try:
        return {*_parsed(path.read_bytes())[1].values()}
    except (FileNotFoundError, SerializationError):
        return set()
    except OSError:
        return None


def _remove(folder: Path, names: Any) -> None:
    for name in names:
        with suppress(OSError):
            (folder / name).unlink()
