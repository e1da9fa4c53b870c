"""What a file has and a model lacks, and the other way round."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from ...dtypes import as_dtype, can_cast
from .suggesting import same_shape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .mapping import KeyMapping

__all__ = ["Differences", "Form", "compare"]

# Batch normalisation starts its count anew where a state has none, as PyTorch's first ones.
_OPTIONAL = "num_batches_tracked"


class Form(NamedTuple):
    """What is known of a tensor before it is read; nothing of a value that is none, or of one without a shape yet."""

    shape: tuple[int, ...] | None
    dtype: str | None


class Differences(NamedTuple):
    """Where the tensors of a file and of a model differ, under a mapping.

    Attributes
    ----------
    source, target : mapping of str to Form
        The tensors of the file and of the model.
    rules : KeyMapping
        The mapping.
    names : dict of str to str
        What it makes of the names in the file.
    missing : list of str
        Names that the model has and the file lacks.
    unexpected : list of str
        Names in the file that become no name of the model.
    refused : dict of str to str
        Names in the file whose tensor cannot become the model's, and why.
    tied : mapping of str to str
        For each name in the model, the first one of the same tensor.
    """

    source: Mapping[str, Form]
    target: Mapping[str, Form]
    rules: KeyMapping
    names: dict[str, str]
    missing: list[str]
    unexpected: list[str]
    refused: dict[str, str]
    tied: Mapping[str, str]


def compare(
    rules: KeyMapping,
    source: Mapping[str, Form],
    target: Mapping[str, Form],
    tied: Mapping[str, str],
) -> Differences:
    """Hold the tensors of a file against those of a model.

    Parameters
    ----------
    rules, source, target
        The mapping, and what is known of the tensors on both sides.
    tied
        For each name in the model, the first one of the same tensor.

    Raises
    ------
    ValueError
        The mapping makes one name of two.
    """
    names = rules.new_names(list(source))
    there = {tied[new] for new in names.values() if new in target}
    problems = {
        old: _problem(rules, old, source[old], target[new]) for old, new in names.items() if new in target
    }
    return Differences(
        source,
        target,
        rules,
        names,
        missing=[new for new in target if tied[new] not in there and new.rpartition(".")[2] != _OPTIONAL],
        unexpected=[old for old, new in names.items() if new not in target],
        refused={old: problem for old, problem in problems.items() if problem},
        tied=tied,
    )


def _problem(rules: KeyMapping, name: str, given: Form, wanted: Form) -> str:
    if not same_shape(rules, name, given.shape, wanted.shape):
        return "other shape"
    with suppress(TypeError, ValueError):  # a dtype of the file's own is known when it is read
        if given.dtype and wanted.dtype and not can_cast(as_dtype(given.dtype), as_dtype(wanted.dtype)):
            return f"{given.dtype} does not become {wanted.dtype}"
    return ""
