"""The functions behind the layers: whatever installed plugins register, such as ``relu`` or ``linear``.

Nothing stands here; a name is looked up when it is first used, and `dir` lists what is installed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..plugins.facade import facade

if TYPE_CHECKING:  # so that type checkers and editors know the project's own
    from deep_learner_layers.functions import *  # noqa: F403

__getattr__, __dir__ = facade(__name__, "functions")
