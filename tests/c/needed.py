"""Skips the tests of whoever imports it where nothing can be built."""

from __future__ import annotations

import pytest

pytest.importorskip("deep_learner_c", reason="the executor that emits C is not installed")

from deep_learner_c.compiler import why_not

if (reason := why_not()) is not None:
    pytest.skip(reason, allow_module_level=True)
