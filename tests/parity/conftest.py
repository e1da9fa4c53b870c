"""How closely to look: the environment variable ``PARITY_SAMPLES`` takes more of each entry's samples."""

from __future__ import annotations

import os

import pytest


@pytest.fixture
def samples() -> int:
    """How many samples of each entry."""
    return int(os.environ.get("PARITY_SAMPLES", "6"))
