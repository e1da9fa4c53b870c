"""`GradScaler`: the loss times a scale that adapts itself, so that small gradients survive float16."""

from __future__ import annotations

import math
import struct
import warnings
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any, TypedDict, cast

from ..autograd.leaves import gathered
from ..device import Device
from ..dtypes import DType, float16
from ..namespaces.raw import NAMESPACES
from ..optim import Optimizer
from ..sequences import is_several
from ..tensor import Tensor, wrap
from . import state
from .unscaling import amp_unscale

__all__ = ["GradScaler", "OptState"]


class OptState(Enum):
    """How far the scaler has come with an optimizer since the last update."""

    READY = 0
    UNSCALED = 1
    STEPPED = 2


class _Progress(TypedDict):
    """A stage, and for each device a flag that is 1 where a gradient is not finite; read once, then a bool."""

    stage: OptState
    found_inf: dict[Device, Tensor]
    is_inf: bool | None


class GradScaler:
    """Scale the loss up before the backward pass and the gradients down before the step.

    float16 knows no number between 0 and 6e-8, so small gradients vanish; those of a scaled loss do not. Where the
    scale is too large for float16 a gradient is infinite: then the step is left out and the scale reduced. After
    `growth_interval` steps in a row it grows.

    Parameters
    ----------
    device : str
        The type of device that is trained on: ``"cuda"``, ``"cpu"`` or another that is served here.
    init_scale : float
        The first scale.
    growth_factor : float
        Above 1: what the scale is multiplied by after `growth_interval` steps without an infinite gradient.
    backoff_factor : float
        Below 1: what it is multiplied by after an infinite gradient.
    growth_interval : int
        How many steps in a row make it grow.
    enabled : bool
        False makes `step` the optimizer's own and everything else do nothing.

    Raises
    ------
    AssertionError
        If a factor is on the wrong side of 1.

    Warns
    -----
    UserWarning
        If there is no such device here; the scaler is then not enabled.

    Notes
    -----
    As PyTorch's ``torch.amp.GradScaler``, in its arguments, errors, scales (float32) and state. Whether gradients are
    finite is found out on the device; the host reads one flag for each step.

    Micikevicius et al., "Mixed Precision Training" (2018), section 3.2, https://arxiv.org/abs/1710.03740.

    Examples
    --------
    ::

        scaler = GradScaler("cuda")
        for input, target in data:
            optimizer.zero_grad()
            with autocast("cuda"):
                loss = loss_function(model(input), target)
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
    """

    def __init__(
        self, device: str = "cuda", init_scale: float = 2.0**16, growth_factor: float = 2.0,
        backoff_factor: float = 0.5, growth_interval: int = 2000, enabled: bool = True,
    ) -> None:  # fmt: skip
        self._device = device
        reason = state.why_unavailable(device) if enabled and device != "cpu" else None
        if reason is not None:
            warnings.warn(
                f"GradScaler is enabled, but {device.upper()} is not available: {reason.rstrip('.')}. Disabling.",
                stacklevel=2,
            )
        self._enabled = enabled and reason is None
        if self._enabled and growth_factor <= 1.0:
            raise AssertionError(f"The growth factor must be > 1.0. Received: {growth_factor}")
        if self._enabled and backoff_factor >= 1.0:
            raise AssertionError(f"The backoff factor must be < 1.0. Received: {backoff_factor}")
        self._scale = _float32(init_scale)
        self._growth_factor = growth_factor
        self._backoff_factor = backoff_factor
        self._growth_interval = growth_interval
        self._growth_tracker = 0
        self._started = False  # whether a loss has been scaled
        self._progress: dict[int, _Progress] = {}
        self._on_device: dict[tuple[type[Any], Device, float], Tensor] = {}

    def scale(self, outputs: Any) -> Any:
        """Multiply a tensor by the scale, or each of an iterable of tensors, nested ones too.

        Returns
        -------
        Tensor, list, tuple or iterator
            As `outputs`; `outputs` themselves if the scaler is not enabled.

        Raises
        ------
        ValueError
            If something in `outputs` is neither.
        """
        if not self._enabled:
            return outputs
        self._started = True
        if isinstance(outputs, Tensor):
            return outputs * self._beside(outputs, self._scale)
        if isinstance(outputs, Iterable):
            items = cast("Iterable[Any]", outputs)
            scaled = map(self.scale, items)
            make = cast("Callable[[Iterable[Any]], Any]", type(items))
            return make(scaled) if is_several(items) else scaled
        raise ValueError(
            f"outputs must be a Tensor or an iterable of Tensors. Received: {type(outputs).__name__}"
        )

    def unscale_(self, optimizer: Optimizer) -> None:
        """Divide the gradients of an optimizer's parameters by the scale, to look at them or clip them before `step`.

        Raises
        ------
        RuntimeError
            If that was done already since the last `update`, or after `step`.
        ValueError
            If a gradient is float16: keep the parameters in float32, and let autocast lower them.
        AssertionError
            If no loss has been scaled yet.
        """
        if not self._enabled:
            return
        self._require_started("unscale_")
        progress = self._progress_of(optimizer)
        if progress["stage"] is OptState.UNSCALED:
            raise RuntimeError(
                "unscale_() has already been called on this optimizer since the last update()."
            )
        if progress["stage"] is OptState.STEPPED:
            raise RuntimeError("unscale_() is being called after step().")
        progress["found_inf"] = self._unscaled(optimizer)
        progress["stage"] = OptState.UNSCALED

    def step(self, optimizer: Optimizer, *args: Any, **kwargs: Any) -> Any:
        """Make the optimizer's step on unscaled gradients, unless one of them is not finite.

        Parameters
        ----------
        optimizer
            Its gradients are unscaled first, if `unscale_` was not called.
        args, kwargs
            For ``optimizer.step``; a closure is refused.

        Returns
        -------
        Any
            What ``optimizer.step`` returns; None where the step is left out.

        Raises
        ------
        RuntimeError
            If there is a closure, or the step was made already since the last `update`.
        AssertionError
            If no loss has been scaled yet, or no gradient has reached the parameters.
        """
        if not self._enabled:
            return optimizer.step(*args, **kwargs)
        if "closure" in kwargs:
            raise RuntimeError("Closure use is not currently supported if GradScaler is enabled.")
        self._require_started("step")
        progress = self._progress_of(optimizer)
        if progress["stage"] is OptState.STEPPED:
            raise RuntimeError("step() has already been called since the last update().")
        if progress["stage"] is OptState.READY:
            self.unscale_(optimizer)
        if not progress["found_inf"]:
            raise AssertionError("No inf checks were recorded for this optimizer.")
        result = None if _is_inf(progress) else optimizer.step(*args, **kwargs)
        progress["stage"] = OptState.STEPPED
        return result

    def update(self, new_scale: float | Tensor | None = None) -> None:
        """Adapt the scale, at the end of an iteration.

        Parameters
        ----------
        new_scale
            The scale from now on, a number or a tensor of one element without a gradient.

        Raises
        ------
        AssertionError
            If no loss has been scaled yet, no gradients were unscaled since the last update, or `new_scale` does not
            fit.
        """
        if not self._enabled:
            return
        self._require_started("update")
        if new_scale is not None:
            self._set_scale(_number(new_scale))
        else:
            checked = [progress for progress in self._progress.values() if progress["found_inf"]]
            if not checked:
                raise AssertionError("No inf checks were recorded prior to update.")
            self._adapt(any(list(map(_is_inf, checked))))
        self._progress = {}

    def _adapt(self, found_inf: bool) -> None:
        if found_inf:
            self._set_scale(_float32(self._scale * self._backoff_factor))
            self._growth_tracker = 0
            return
        self._growth_tracker += 1
        if self._growth_tracker == self._growth_interval:
            grown = _float32(self._scale * self._growth_factor)
            if math.isfinite(grown):
                self._set_scale(grown)
            self._growth_tracker = 0

    def _set_scale(self, scale: float) -> None:
        self._scale = scale
        self._on_device.clear()

    def _unscaled(self, optimizer: Optimizer) -> dict[Device, Tensor]:
        """Unscale the gradients, all of one device and dtype together; the flags of each device."""
        groups: dict[tuple[type[Any], Device, DType], list[Tensor]] = {}
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                gradient = gathered(parameter)
                if gradient is None:
                    continue
                if gradient.dtype is float16:
                    raise ValueError(
                        "Attempting to unscale FP16 gradients. Keep the parameters in float32, as model.float() makes "
                        f"them, and let autocast lower them. Received: a gradient of shape {tuple(gradient.shape)}"
                    )
                groups.setdefault((*_place(gradient), gradient.dtype), []).append(gradient)
        inverse = _float32(1.0 / self._scale) if self._scale else math.inf
        flags: dict[Device, Tensor] = {}
        for (_, device, _), gradients in groups.items():
            flag, *unscaled = amp_unscale(gradients, self._beside(gradients[0], inverse))
            for gradient, made in zip(gradients, unscaled, strict=True):
                gradient._array = made._array
            flags[device] = flags[device] + flag if device in flags else flag
        return flags

    def _beside(self, tensor: Tensor, value: float) -> Tensor:
        """A number as a 0-d float32 tensor on the device of another, made once."""
        key = (*_place(tensor), value)
        held = self._on_device.get(key)
        if held is None:
            namespace = NAMESPACES[type(tensor._array)]
            device = namespace.backend.native_device(tensor.device)
            held = wrap(namespace.full((), value, dtype=namespace.float32, device=device))
            self._on_device[key] = held
        return held

    def _progress_of(self, optimizer: Optimizer) -> _Progress:
        fresh: _Progress = {"stage": OptState.READY, "found_inf": {}, "is_inf": None}
        return self._progress.setdefault(id(optimizer), fresh)

    def _require_started(self, name: str) -> None:
        if not self._started:
            raise AssertionError(
                f"Attempted {name} but _scale is None.  This may indicate your script did not use "
                "scaler.scale(loss or outputs) earlier in the iteration."
            )

    def get_scale(self) -> float:
        """The scale; 1.0 if the scaler is not enabled."""
        return self._scale if self._enabled else 1.0

    def get_growth_factor(self) -> float:
        """What the scale is multiplied by when it grows."""
        return self._growth_factor

    def set_growth_factor(self, new_factor: float) -> None:
        """Choose what the scale is multiplied by when it grows."""
        self._growth_factor = new_factor

    def get_backoff_factor(self) -> float:
        """What the scale is multiplied by after an infinite gradient."""
        return self._backoff_factor

    def set_backoff_factor(self, new_factor: float) -> None:
        """Choose what the scale is multiplied by after an infinite gradient."""
        self._backoff_factor = new_factor

    def get_growth_interval(self) -> int:
        """How many steps in a row make the scale grow."""
        return self._growth_interval

    def set_growth_interval(self, new_interval: int) -> None:
        """Choose how many steps in a row make the scale grow."""
        self._growth_interval = new_interval

    def is_enabled(self) -> bool:
        """Whether the scaler does anything."""
        return self._enabled

    def state_dict(self) -> dict[str, Any]:
        """The state under PyTorch's keys, for files; to be taken after `update`.

        Returns
        -------
        dict
            ``scale``, ``growth_factor``, ``backoff_factor``, ``growth_interval`` and ``_growth_tracker``, the steps
            since the scale last changed; empty if the scaler is not enabled.
        """
        if not self._enabled:
            return {}
        return {
            "scale": self._scale, "growth_factor": self._growth_factor, "backoff_factor": self._backoff_factor,
            "growth_interval": self._growth_interval, "_growth_tracker": self._growth_tracker,
        }  # fmt: skip

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over a state that `state_dict` gave, here or in PyTorch; nothing if the scaler is not enabled.

        Raises
        ------
        RuntimeError
            If the state is empty: that of a scaler that was not enabled.
        """
        if not self._enabled:
            return
        if not state_dict:
            raise RuntimeError(
                "The source state dict is empty, possibly because it was saved from a disabled instance of GradScaler."
            )
        self._set_scale(_float32(state_dict["scale"]))
        self._growth_factor = state_dict["growth_factor"]
        self._backoff_factor = state_dict["backoff_factor"]
        self._growth_interval = state_dict["growth_interval"]
        self._growth_tracker = state_dict["_growth_tracker"]

    def __getstate__(self) -> dict[str, Any]:
        if self._progress:
            raise AssertionError(
                "A GradScaler instance may only be pickled at the beginning of an iteration, or at the end after "
                "scaler.update()."
            )
        return {**vars(self), "_on_device": {}}


def _place(tensor: Tensor) -> tuple[type[Any], Device]:
    """The type of a tensor's array, and where it lives."""
    return tensor._array.__class__, tensor.device


def _is_inf(progress: _Progress) -> bool:
    """Whether a gradient was not finite: the flags are read from the devices once."""
    if progress["is_inf"] is None:
        progress["is_inf"] = any(bool(flag.item()) for flag in progress["found_inf"].values())
    return progress["is_inf"]


def _float32(value: float) -> float:
    """A number rounded to float32, in which PyTorch keeps the scale."""
    try:
        return struct.unpack("f", struct.pack("f", value))[0]
    except OverflowError:
        return math.copysign(math.inf, value)


def _number(new_scale: Any) -> float:
    """A scale that the user gave."""
    if isinstance(new_scale, Tensor):
        if new_scale.numel() != 1 or new_scale.requires_grad:
            raise AssertionError(
                "new_scale should be a float or a 1-element tensor with requires_grad=False. Received: "
                f"shape {tuple(new_scale.shape)}, requires_grad={new_scale.requires_grad}"
            )
        new_scale = new_scale.item()
    return _float32(float(new_scale))
