"""What to install when a name is missing: words for messages, which decide nothing."""

from __future__ import annotations

from functools import cache
from typing import Any

__all__ = ["how_to_install", "what_to_install"]


@cache
def _table() -> dict[str, Any]:
    import tomllib  # only an error needs the table: start without its reader
    from importlib.resources import files

    return tomllib.loads(
        files("deep_learner.plugins").joinpath("first_party.toml").read_text(encoding="utf-8")
    )


def what_to_install(category: str, name: str = "") -> str:
    """The distribution that provides a name, by the name itself or else by its category; empty if unknown."""
    names: dict[str, str] = _table().get(category, {})
    return names.get(name) or names.get("*", "")


def how_to_install(distribution: str) -> str:
    """The command that installs a distribution, with the extra that brings the library it stands on."""
    extra = _table()["extras"].get(distribution)
    return f"pip install '{distribution}[{extra}]'" if extra else f"pip install {distribution}"
