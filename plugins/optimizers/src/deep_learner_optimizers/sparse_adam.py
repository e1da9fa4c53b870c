"""Adam for sparse gradients."""

from __future__ import annotations

import math
from typing import Any, NoReturn

import deep_learner as dl
from deep_learner.optim import Optimizer
from deep_learner.sparse import SparseTensor
from deep_learner_optimizers.options import check_betas

__all__ = ["SparseAdam"]


class SparseAdam(Optimizer):
    """Adam that moves only the rows which a sparse gradient names, and only their running means.

    The formula is that of :class:`Adam` for those rows. Such gradients come from ``nn.Embedding(..., sparse=True)``.

    Parameters
    ----------
    params
        Parameters, or groups of them: see :class:`deep_learner.optim.Optimizer`.
    lr : float or Tensor
        Learning rate, above 0.
    betas : tuple of two floats
        How much of the running means is kept in each step.
    eps : float
        Added to the denominator, above 0.
    maximize : bool
        Climb instead.

    Raises
    ------
    ValueError
        An option outside its range, or a complex parameter.
    RuntimeError
        At a step: a gradient is dense.

    References
    ----------
    Kingma, Ba: Adam: A Method for Stochastic Optimization, ICLR 2015. https://arxiv.org/abs/1412.6980
    """

    def __init__(
        self,
        params: Any,
        lr: float | dl.Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        maximize: bool = False,
    ) -> None:
        for name, value in (("learning rate", lr), ("epsilon value", eps)):
            if not value > 0:
                raise ValueError(f"Invalid {name}: {value}; it must be above 0")
        check_betas(betas)
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "maximize": maximize})
        places = [
            [i, j]
            for i, group in enumerate(self.param_groups)
            for j, parameter in enumerate(group["params"])
            if parameter.is_complex()
        ]
        if places:
            raise ValueError(
                f"Complex params at indices {places}: SparseAdam does not support complex parameters"
            )

    def rule(self, xp: Any, parameter: Any, gradient: Any, state: Any, group: Any) -> NoReturn:
        """Refuses dense gradients."""
        raise RuntimeError("SparseAdam does not support dense gradients, please consider Adam instead")

    def update_sparse(self, parameter: dl.Tensor, gradient: SparseTensor, group: dict[str, Any]) -> None:
        """One step of the rows that the gradient names."""
        state = self.state[parameter]
        if not state:
            state.update(step=0, exp_avg=dl.zeros_like(parameter), exp_avg_sq=dl.zeros_like(parameter))
        state["step"] += 1
        gradient = gradient.coalesce()
        rows, new = tuple(gradient.indices()), gradient.values()
        if not new.numel():
            return
        new = -new if group["maximize"] else new
        (beta1, beta2), step = group["betas"], state["step"]
        mean, square = state["exp_avg"][rows], state["exp_avg_sq"][rows]
        mean = mean + (new - mean) * (1 - beta1)
        square = square + (new * new - square) * (1 - beta2)
        state["exp_avg"][rows] = mean
        state["exp_avg_sq"][rows] = square
        size = float(group["lr"]) * math.sqrt(1 - beta2**step) / (1 - beta1**step)
        parameter[rows] -= mean / (square.sqrt() + group["eps"]) * size
