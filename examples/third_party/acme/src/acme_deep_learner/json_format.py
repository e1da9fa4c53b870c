"""A file format."""

from __future__ import annotations

import json
from typing import Any, BinaryIO

import deep_learner as dl
from deep_learner.serialization import SerializationError, Serializer

__all__ = ["Json"]

_HEAD = '{"deep_learner": '


class Json(Serializer):
    """Values as text that people can read: for small things, to look at and to compare.

    A tensor is ``{"tensor": [nested lists], "dtype": "float32", "shape": [2, 3]}``, a tuple
    ``{"tuple": [...]}`` and a dictionary ``{"dict": [[key, value], ...]}``. Complex tensors are not held.
    """

    @staticmethod
    def recognises(head: bytes) -> bool:
        """Whether the file begins as ours do."""
        return head.startswith(_HEAD.encode())

    def write(self, value: Any, file: BinaryIO) -> None:
        """Writes the value; TypeError if it holds something else than the format does."""
        file.write(f"{_HEAD}{json.dumps(_described(value, 'value'), ensure_ascii=False)}}}".encode())

    def read(self, file: BinaryIO) -> Any:
        """Reads a value; SerializationError if the text is no such file."""
        try:
            return _restored(json.loads(file.read())["deep_learner"])
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise SerializationError(f"the text is damaged ({type(error).__name__}: {error})") from None


def _described(value: Any, where: str) -> Any:
    """The value in terms of what JSON has."""
    if isinstance(value, dl.Tensor):
        if value.is_complex():
            raise TypeError(f"{where} is a tensor of {value.dtype}, which the json format does not hold")
        return {"tensor": value.detach().tolist(), "dtype": value.dtype.name, "shape": list(value.shape)}
    if isinstance(value, dict):
        pairs = [(key, _described(one, f"{where}[{key!r}]")) for key, one in value.items()]
        return {"dict": [[_described(key, f"a key of {where}"), one] for key, one in pairs]}
    if isinstance(value, list | tuple):
        items = [_described(one, f"{where}[{index}]") for index, one in enumerate(value)]
        return items if isinstance(value, list) else {"tuple": items}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{where} is a {type(value).__name__}, which the json format does not hold")


def _restored(described: Any) -> Any:
    """The value that was described."""
    if isinstance(described, list):
        return [_restored(one) for one in described]
    if not isinstance(described, dict):
        return described
    if "tensor" in described:
        tensor = dl.tensor(described["tensor"], dtype=described["dtype"])
        return tensor.reshape(*described["shape"])
    if "tuple" in described:
        return tuple(_restored(one) for one in described["tuple"])
    return {_restored(key): _restored(one) for key, one in described["dict"]}
