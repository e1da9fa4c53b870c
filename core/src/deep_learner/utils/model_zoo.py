"""PyTorch's old place for weights from the network: refused."""

from __future__ import annotations

from typing import Any, NoReturn

__all__ = ["load_url"]


def load_url(url: str, *args: Any, **options: Any) -> NoReturn:
    """Refuses: nothing is fetched from the network.

    Raises
    ------
    RuntimeError
        Always.
    """
    raise RuntimeError(
        f"model_zoo.load_url fetches no file from the network: download {url} yourself and load it by torch.load or "
        "deep_learner.load"
    )
