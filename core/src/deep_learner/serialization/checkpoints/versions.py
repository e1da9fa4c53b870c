"""The versions of all that takes part in a run."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from ... import backends
from ...plugins.host import host

__all__ = ["versions"]


def versions() -> dict[str, str]:
    """Of Python, of Deep Learner's core and of all plugins; and the backend's name."""
    found = {plugin.distribution: plugin.version for plugin in host().plugins}
    try:
        found["deep-learner-core"] = version("deep-learner-core")
    except PackageNotFoundError:  # run from its sources
        found["deep-learner-core"] = "unknown"
    return {
        "python": platform.python_version(),
        "backend": backends.current().name,
        **dict(sorted(found.items())),
    }
