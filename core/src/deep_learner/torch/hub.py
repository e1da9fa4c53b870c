"""``torch.hub``: refused; it runs code from the network."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NoReturn

from .missing import asked_at

__all__ = ["download_url_to_file", "get_dir", "load", "load_state_dict_from_url", "set_dir"]

_directory: str | None = None


def get_dir() -> str:
    """Where PyTorch keeps what it has fetched: ``$TORCH_HOME/hub``, by default in the user's cache."""
    if _directory is not None:
        return _directory
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return str(Path(os.environ.get("TORCH_HOME", cache / "torch")) / "hub")


def set_dir(d: str | os.PathLike[str]) -> None:
    """Choose another folder."""
    global _directory
    _directory = str(Path(d).expanduser())


def _refuse(name: str) -> NoReturn:
    raise RuntimeError(
        f"torch.hub.{name} is not there{asked_at()}: Deep Learner runs no code and fetches no file from the network. "
        "Download the weights yourself and load them by torch.load or deep_learner.load"
    )


def load(*args: Any, **options: Any) -> NoReturn:
    """Refuses: it would run a repository's code.

    Raises
    ------
    RuntimeError
        Always.
    """
    _refuse("load")


def load_state_dict_from_url(*args: Any, **options: Any) -> NoReturn:
    """Refuses as `load`: it would fetch a file."""
    _refuse("load_state_dict_from_url")


def download_url_to_file(*args: Any, **options: Any) -> NoReturn:
    """Refuses as `load`: it would fetch a file."""
    _refuse("download_url_to_file")
