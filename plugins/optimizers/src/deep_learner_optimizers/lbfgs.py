"""L-BFGS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import deep_learner as dl
from deep_learner.optim import Optimizer
from deep_learner_optimizers.line_search import Point, strong_wolfe
from deep_learner_optimizers.options import check_rate

__all__ = ["LBFGS"]


class LBFGS(Optimizer):
    """L-BFGS: Newton's method whose inverse Hessian is made of the last steps and changes of the gradient.

    `step` needs a closure that computes the loss and its gradients anew, and takes up to `max_iter` steps with it.

    Parameters
    ----------
    params
        Parameters; there are no groups.
    lr : float or Tensor
        Factor of the steps.
    max_iter : int
        The most iterations in a call of `step`.
    max_eval : int, optional
        The most calls of the closure; ``max_iter * 1.25`` unless given.
    tolerance_grad : float
        Ends where no element of the gradient is larger.
    tolerance_change : float
        Ends where neither a parameter nor the loss changes by more.
    history_size : int
        How many steps are remembered, each as large as all parameters twice.
    line_search_fn : str, optional
        ``"strong_wolfe"``, or none: steps of fixed size.

    Raises
    ------
    ValueError
        A negative learning rate, or several groups.
    RuntimeError
        At a step: an unknown `line_search_fn`.

    References
    ----------
    Nocedal, Wright: Numerical Optimization, 2nd edition 2006, algorithm 7.4.
    """

    def __init__(
        self,
        params: Any,
        lr: float | dl.Tensor = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        check_rate(lr)
        defaults = {
            "lr": lr,
            "max_iter": max_iter,
            "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
            "tolerance_grad": tolerance_grad,
            "tolerance_change": tolerance_change,
            "history_size": history_size,
            "line_search_fn": line_search_fn,
        }
        super().__init__(params, defaults)
        if len(self.param_groups) != 1:
            raise ValueError("LBFGS doesn't support per-parameter options (parameter groups)")

    @property
    def _params(self) -> list[dl.Tensor]:
        return self.param_groups[0]["params"]

    @dl.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Take up to `max_iter` steps; the loss before the first one is returned.

        Raises
        ------
        TypeError
            There is no closure.
        """
        if closure is None:
            raise TypeError("LBFGS.step() needs a closure that computes the loss anew: step(closure)")
        group = self.param_groups[0]
        if group["line_search_fn"] not in (None, "strong_wolfe"):
            raise RuntimeError(f"only 'strong_wolfe' is supported. Received: {group['line_search_fn']!r}")
        evaluate = dl.enable_grad()(closure)
        state = self.state[self._params[0]]  # one for all, kept under the first so that it is saved
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)
        first_loss = evaluate()
        loss, calls = float(first_loss), 1
        state["func_evals"] += 1
        gradient = self._gradient()
        if _largest(gradient) <= group["tolerance_grad"]:
            return first_loss
        for iteration in range(1, group["max_iter"] + 1):
            state["n_iter"] += 1
            direction = self._direction(gradient, state, group["history_size"])
            state.update(prev_flat_grad=gradient.clone(), prev_loss=loss, d=direction)
            first = state["n_iter"] == 1
            lr = float(group["lr"])
            state["t"] = step = min(1.0, 1.0 / float(gradient.abs().sum())) * lr if first else lr
            slope = float(gradient.dot(direction))
            if slope > -group["tolerance_change"]:
                break
            before, last = loss, iteration == group["max_iter"]
            if group["line_search_fn"]:
                point, made = self._searched(
                    evaluate, direction, Point(0, loss, gradient, slope), step, calls
                )
                step, loss, gradient = point.step, point.loss, point.gradient
                self._move(step, direction)
            else:
                self._move(step, direction)
                made = 0 if last else 1  # nobody would look at the loss after the last step
                if made:
                    loss, gradient = float(evaluate()), self._gradient()
            calls += made
            state["func_evals"] += made
            state["t"] = step
            if (
                last
                or calls >= group["max_eval"]
                or _largest(gradient) <= group["tolerance_grad"]
                or _largest(direction * step) <= group["tolerance_change"]
                or abs(loss - before) < group["tolerance_change"]
            ):
                break
        return first_loss

    def _direction(self, gradient: dl.Tensor, state: dict[str, Any], history: int) -> dl.Tensor:
        """Minus the gradient times the inverse Hessian, by the two loops over what is remembered."""
        if state["n_iter"] == 1:
            state.update(old_dirs=[], old_stps=[], ro=[], H_diag=1)
            return -gradient
        changes, steps, factors = state["old_dirs"], state["old_stps"], state["ro"]
        change, step = gradient - state["prev_flat_grad"], state["d"] * state["t"]
        curvature = change.dot(step)
        if float(curvature) > 1e-10:
            for kept, new in ((changes, change), (steps, step), (factors, 1.0 / curvature)):
                if len(kept) == history:
                    del kept[0]
                kept.append(new)
            state["H_diag"] = curvature / change.dot(change)
        shares: list[Any] = state.setdefault("al", [None] * history)
        rest = -gradient
        for i in reversed(range(len(changes))):
            shares[i] = steps[i].dot(rest) * factors[i]
            rest = rest - changes[i] * shares[i]
        direction = rest * state["H_diag"]
        for i in range(len(changes)):
            direction = direction + steps[i] * (shares[i] - changes[i].dot(direction) * factors[i])
        return direction

    def _searched(
        self, evaluate: Callable[[], Any], direction: dl.Tensor, start: Point, step: float, calls: int
    ) -> tuple[Point, int]:
        kept = [parameter.clone() for parameter in self._params]
        group = self.param_groups[0]

        def at(step: float) -> Point:
            self._move(step, direction)
            loss, gradient = float(evaluate()), self._gradient()
            for parameter, value in zip(self._params, kept, strict=True):
                parameter.copy_(value)
            return Point(step, loss, gradient, float(gradient.dot(direction)))

        most = group["max_eval"] - calls
        return strong_wolfe(at, start, step, _largest(direction), group["tolerance_change"], most)

    def _gradient(self) -> dl.Tensor:
        """All gradients in one vector, complex ones as pairs; zeros where there is none."""
        return dl.cat([_flat(_dense_gradient(parameter)) for parameter in self._params])

    def _move(self, step: float, direction: dl.Tensor) -> None:
        offset = 0
        for parameter in self._params:
            size = parameter.numel() * (2 if parameter.is_complex() else 1)
            part = direction[offset : offset + size]
            if parameter.is_complex():
                pairs = part.reshape(-1, 2)
                part = dl.complex(pairs[:, 0], pairs[:, 1])
            parameter.add_(part.reshape(parameter.shape), alpha=step)
            offset += size


def _dense_gradient(parameter: dl.Tensor) -> dl.Tensor:
    if not parameter.has_grad:
        return dl.zeros_like(parameter)
    gradient: Any = parameter.grad
    return gradient.to_dense() if gradient.is_sparse else gradient


def _flat(x: dl.Tensor) -> dl.Tensor:
    return (dl.view_as_real(x) if x.is_complex() else x).reshape(-1)


def _largest(x: dl.Tensor) -> float:
    return float(x.abs().max())
