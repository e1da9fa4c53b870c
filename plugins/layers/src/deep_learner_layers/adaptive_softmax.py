"""`AdaptiveLogSoftmaxWithLoss`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from deep_learner import Tensor, concat, where
from deep_learner.nn import Module
from deep_learner.ops.values import has_values
from deep_learner.typing import DeviceLike, DTypeLike

from .linear import Linear
from .module_list import ModuleList
from .sequential import Sequential

__all__ = ["AdaptiveLogSoftmaxWithLoss"]


class AdaptiveOutput(NamedTuple):
    """The targets' log-probabilities, and minus their mean."""

    output: Tensor
    loss: Tensor


class AdaptiveLogSoftmaxWithLoss(Module):
    """A softmax over many classes, the rare ones in clusters with smaller matrices.

    Parameters
    ----------
    in_features
        The size of the input.
    n_classes
        The number of classes, which are sorted: frequent ones first.
    cutoffs
        Where the clusters begin; the classes before the first cutoff are in the head.
    div_value
        By how much the inner size shrinks from one cluster to the next.
    head_bias
        Whether the head has a bias.
    device, dtype
        Of the parameters.

    Attributes
    ----------
    head : Linear
        Gives the frequent classes and one logit for each cluster.
    tail : ModuleList
        For each cluster two `Linear` layers without bias.

    Raises
    ------
    ValueError
        If the cutoffs are not ascending numbers between 1 and n_classes - 1.

    Notes
    -----
    Shape: (N, in_features) and targets (N,) -> the targets' log-probabilities (N,), and the loss ().

    References
    ----------
    Grave et al., "Efficient softmax approximation for GPUs" (2016), https://arxiv.org/abs/1609.04309.
    """

    def __init__(
        self,
        in_features: int,
        n_classes: int,
        cutoffs: Sequence[int],
        div_value: float = 4.0,
        head_bias: bool = False,
        device: DeviceLike = None,
        dtype: DTypeLike = None,
    ) -> None:
        super().__init__()
        edges = list(cutoffs)
        if not edges:
            raise ValueError("cutoffs should be a sequence of length larger than 0")
        if edges != sorted({int(edge) for edge in edges}) or edges[0] <= 0 or edges[-1] >= n_classes:
            raise ValueError(
                "cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where each "
                f"value is between 1 and n_classes-1. Received: {edges} for {n_classes} classes"
            )
        self.in_features = in_features
        self.n_classes = n_classes
        self.cutoffs = [*edges, n_classes]
        self.div_value = div_value
        self.head_bias = head_bias
        self.shortlist_size = edges[0]
        self.n_clusters = len(edges)
        self.head_size = self.shortlist_size + self.n_clusters
        self.head = Linear(in_features, self.head_size, head_bias, device, dtype)
        self.tail = ModuleList()
        for cluster in range(self.n_clusters):
            inner = int(in_features // div_value ** (cluster + 1))
            size = self.cutoffs[cluster + 1] - self.cutoffs[cluster]
            self.tail.append(
                Sequential(
                    Linear(in_features, inner, False, device, dtype),
                    Linear(inner, size, False, device, dtype),
                )
            )

    def reset_parameters(self) -> None:
        """Draw all parameters anew."""
        self.head.reset_parameters()
        for layers in self.tail:
            for layer in layers.children():
                layer.reset_parameters()

    def forward(self, input_: Tensor, target_: Tensor) -> AdaptiveOutput:
        """The log-probabilities of the classes `target_`, and the loss.

        Raises
        ------
        RuntimeError
            If the shapes do not fit or a target is no class.
        """
        if target_.ndim > 1:
            raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
        if target_.ndim == 1 and input_.shape[:1] != target_.shape:
            raise RuntimeError("Input and target should have the same size in the batch dimension.")
        if input_.ndim != target_.ndim + 1:
            raise RuntimeError(
                f"{target_.ndim}D target tensor expects {target_.ndim + 1}D input tensors, but found inputs with size "
                f"{tuple(input_.shape)}"
            )
        batched = target_.ndim > 0
        input, target = (input_, target_) if batched else (input_.unsqueeze(0), target_.unsqueeze(0))
        if not has_values(target):  # then nothing tells which rows a cluster has
            output = self.log_prob(input).gather(1, target.unsqueeze(1)).squeeze(1)
            return AdaptiveOutput(output if batched else output.squeeze(0), (-output).mean())
        lowest, highest = int(target.min().item()), int(target.max().item())
        if lowest < 0 or highest >= self.n_classes:
            raise RuntimeError(
                f"Target values should be in [0, {self.n_classes - 1}], but values in range [{lowest}, {highest}] "
                "were found. "
            )
        places, output = target, input.new_zeros(target.shape[0])
        for cluster, layers in enumerate(self.tail):
            first, end = self.cutoffs[cluster : cluster + 2]
            inside = (target >= first) & (target < end)
            rows = inside.nonzero().squeeze(1)
            if rows.numel() == 0:
                continue
            places = where(inside, self.shortlist_size + cluster, places)
            logs = layers(input.index_select(0, rows)).log_softmax(1)
            within = (target.index_select(0, rows) - first).unsqueeze(1)
            output = output.index_copy(0, rows, logs.gather(1, within).squeeze(1))
        output = output + self.head(input).log_softmax(1).gather(1, places.unsqueeze(1)).squeeze(1)
        loss = (-output).mean()
        return AdaptiveOutput(output if batched else output.squeeze(0), loss)

    def log_prob(self, input: Tensor) -> Tensor:
        """The log-probabilities of all classes: (N, in_features) -> (N, n_classes)."""
        head = self.head(input).log_softmax(1)
        parts = [head[:, : self.shortlist_size]]
        for cluster, layers in enumerate(self.tail):
            place = self.shortlist_size + cluster
            parts.append(layers(input).log_softmax(1) + head[:, place : place + 1])
        return concat(parts, 1)

    def predict(self, input: Tensor) -> Tensor:
        """The most likely class of each row: (N, in_features) -> (N,); the tails only where the head says so."""
        output = self.head(input).argmax(1)
        rows = (output >= self.shortlist_size).nonzero().squeeze(1)
        if rows.numel() == 0:
            return output
        return output.index_copy(0, rows, self.log_prob(input.index_select(0, rows)).argmax(1))
