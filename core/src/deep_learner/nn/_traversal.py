"""Walking over a module and its descendants."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Self, cast

from ..tensor import Tensor
from ._attributes import Attributes
from .parameter import Parameter

if TYPE_CHECKING:
    from .module import Module


def join(prefix: str, name: str) -> str:
    """`name` below `prefix` in a dotted path."""
    return f"{prefix}.{name}" if prefix else name


class Traversal(Attributes):
    """Iterators over modules, parameters and buffers, each met once and in the order of registration."""

    def children(self) -> Iterator[Module]:
        """Iterate over the immediate child modules."""
        for _, module in self.named_children():
            yield module

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """Iterate over the immediate child modules with their names."""
        seen: set[Module] = set()
        for name, module in self._modules.items():
            if module is not None and module not in seen:
                seen.add(module)
                yield name, module

    def modules(self, remove_duplicate: bool = True) -> Iterator[Module]:
        """Iterate over the module itself and all of its descendants, parents first."""
        for _, module in self.named_modules(remove_duplicate=remove_duplicate):
            yield module

    def named_modules(
        self, memo: set[Module] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
        """Iterate over the module itself and all of its descendants with their dotted paths, parents first.

        Parameters
        ----------
        memo
            Modules to skip; those that are met are added.
        prefix
            The path to put before every name.
        remove_duplicate
            Whether a module that occurs in several places is given only at the first.
        """
        module = cast("Module", self)
        memo = set() if memo is None else memo
        if module in memo:
            return
        if remove_duplicate:
            memo.add(module)
        yield prefix, module
        for name, child in self._modules.items():
            if child is not None:
                yield from child.named_modules(memo, join(prefix, name), remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """Iterate over the parameters, with those of all descendants unless `recurse` is false."""
        for _, parameter in self.named_parameters(recurse=recurse):
            yield parameter

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """Iterate over the parameters with their dotted paths.

        Parameters
        ----------
        prefix
            The path to put before every name.
        recurse
            Whether to include the descendants' parameters.
        remove_duplicate
            Whether a shared parameter is given only at the first place where it occurs.
        """
        return self._named_members(lambda module: module._parameters, prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """Iterate over the buffers, with those of all descendants unless `recurse` is false."""
        for _, buffer in self.named_buffers(recurse=recurse):
            yield buffer

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """Iterate over the buffers with their dotted paths; parameters as in `named_parameters`."""
        return self._named_members(lambda module: module._buffers, prefix, recurse, remove_duplicate)

    def _named_members(
        self,
        members: Callable[[Attributes], Mapping[str, Any]],
        prefix: str,
        recurse: bool,
        remove_duplicate: bool,
    ) -> Iterator[tuple[str, Any]]:
        seen: set[int] = set()  # by identity: equality of tensors is elementwise
        owners = (
            self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate)
            if recurse
            else iter([(prefix, self)])
        )
        for path, module in owners:
            for name, member in members(module).items():
                if member is None or id(member) in seen:
                    continue
                if remove_duplicate:
                    seen.add(id(member))
                yield join(path, name), member

    def apply(self, fn: Callable[[Module], object]) -> Self:
        """Call ``fn(module)`` on every descendant, children first, then on the module itself.

        Returns
        -------
        Module
            The module itself.
        """
        for child in self.children():
            child.apply(fn)
        fn(cast("Module", self))
        return self

    def train(self, mode: bool = True) -> Self:
        """Put the module and its descendants in training mode, or in evaluation mode if `mode` is false.

        Raises
        ------
        ValueError
            If `mode` is not a boolean.
        """
        if not isinstance(cast(Any, mode), bool):
            raise ValueError(f"training mode is expected to be boolean, received {mode!r}")
        self.training = mode
        for child in self.children():
            child.train(mode)
        return self

    def eval(self) -> Self:
        """Put the module and its descendants in evaluation mode, the same as ``train(False)``."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Let every parameter collect gradients, or freeze them all if `requires_grad` is false."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters.

        Parameters
        ----------
        set_to_none
            Whether to drop the gradients (optimizers then skip the parameter until a new one arrives) or to
            fill them with zeros in place.
        """
        for parameter in self.parameters():
            if set_to_none:
                parameter.grad = None
            elif parameter.has_grad and parameter.grad is not None:
                parameter.grad = parameter.grad.detach().zero_()
