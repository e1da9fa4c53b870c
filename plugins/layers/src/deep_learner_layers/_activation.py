"""What activation layers have in common."""

from __future__ import annotations

from deep_learner.nn import Module


class InplaceActivation(Module):
    """An elementwise layer that may write its result into its input."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def described(self, *settings: str) -> str:
        """The settings for ``extra_repr``, and `inplace` where it is on."""
        return ", ".join([*settings, "inplace=True"] if self.inplace else settings)

    def extra_repr(self) -> str:
        return self.described()
