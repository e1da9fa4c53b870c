"""Fixtures for pytest, brought in by `from deep_learner.testing.fixtures import plugin_host`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .isolation import isolated

if TYPE_CHECKING:
    from collections.abc import Generator

    from ..plugins.host import Host

__all__ = ["plugin_host"]


@pytest.fixture
def plugin_host() -> Generator[Host, None, None]:
    """A plugin host with no plugins and no configuration; `plugin_host.add(...)` brings some."""
    with isolated() as host:
        yield host
