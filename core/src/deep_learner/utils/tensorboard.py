"""TensorBoard's files, which the package tensorboardX writes: https://tensorboardx.readthedocs.io."""

from __future__ import annotations

import functools
import importlib
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..tensor import Tensor
from ._pytree import tree_map

__all__ = ["SummaryWriter"]

if TYPE_CHECKING:

    class _Writer:
        logdir: str

        def __init__(self, *args: Any) -> None: ...

else:
    try:
        _Writer = importlib.import_module("tensorboardX").SummaryWriter
    except ImportError:
        raise ImportError(
            "SummaryWriter needs the package tensorboardX: pip install tensorboardX", name=__name__
        ) from None


class SummaryWriter(_Writer):
    """Writes scalars, histograms, images, text and more for TensorBoard.

    Parameters
    ----------
    log_dir
        The folder; by default one in ``runs/`` that is named after the time and the machine.
    comment
        The end of that name.
    purge_step, max_queue, flush_secs, filename_suffix
        As in tensorboardX.
    """

    def __init__(
        self,
        log_dir: str | None = None,
        comment: str = "",
        purge_step: int | None = None,
        max_queue: int = 10,
        flush_secs: int = 120,
        filename_suffix: str = "",
    ) -> None:
        super().__init__(
            None if log_dir is None else str(log_dir),
            comment,
            purge_step,
            max_queue,
            flush_secs,
            filename_suffix,
        )

        self.log_dir = self.logdir

    def get_logdir(self) -> str:
        """The folder."""
        return self.log_dir

    def add_graph(self, model: Any, *args: Any, **options: Any) -> None:
        """Warns: there is no graph of a model to be drawn."""
        warnings.warn("add_graph writes nothing: a model has no graph before it runs", stacklevel=2)

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        return _with_arrays(found) if name.startswith("add_") and name != "add_graph" else found


def _with_arrays(method: Callable[..., Any]) -> Callable[..., Any]:
    """The method, called with NumPy's arrays in place of tensors."""

    @functools.wraps(method)
    def call(*args: Any, **options: Any) -> Any:
        args, options = tree_map(_as_array, (args, options))
        return method(*args, **options)

    return call


def _as_array(value: Any) -> Any:
    if not isinstance(value, Tensor):
        return value
    array = value.detach().cpu().numpy()
    return array.item() if array.ndim == 0 else array
