"""An optimizer's state dictionary: parameters become numbers, and numbers parameters."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, cast

from ..tensor import Tensor

Group = dict[str, Any]


def packed(state: Mapping[Any, Any], groups: list[Group]) -> dict[str, Any]:
    """State and groups with each parameter replaced by its number, counted through the groups."""
    numbers: dict[int, int] = {}
    packed_groups: list[Group] = []
    first = 0
    for group in groups:
        for number, param in enumerate(group["params"], first):
            numbers.setdefault(id(param), number)
        first += len(group["params"])
        options = {key: value for key, value in group.items() if key != "params"}
        packed_groups.append({**options, "params": [numbers[id(param)] for param in group["params"]]})
    packed_state = {
        numbers[id(key)] if isinstance(key, Tensor) else key: value for key, value in state.items()
    }
    return {"state": packed_state, "param_groups": packed_groups}


def unpacked(
    state_dict: Mapping[str, Any], groups: list[Group]
) -> tuple[defaultdict[Any, dict[str, Any]], list[Group]]:
    """What :func:`packed` gave, for the parameters of `groups`; everything in it is copied."""
    for key in ("state", "param_groups"):
        if key not in state_dict:
            raise KeyError(f"an optimizer's state dict has 'state' and 'param_groups'; {key!r} is missing")
    saved_groups = cast("list[Group]", copy.deepcopy(state_dict["param_groups"]))
    if len(saved_groups) != len(groups):
        raise ValueError(
            "loaded state dict has a different number of parameter groups: "
            f"{len(saved_groups)}, where the optimizer has {len(groups)}"
        )
    params: dict[Any, Tensor] = {}
    for number, (group, saved) in enumerate(zip(groups, saved_groups, strict=True)):
        if len(group["params"]) != len(saved["params"]):
            raise ValueError(
                "loaded state dict contains a parameter group that doesn't match the size of optimizer's "
                f"group: group {number} has {len(saved['params'])} parameters, where the optimizer's has "
                f"{len(group['params'])}"
            )
        params.update(zip(saved["params"], group["params"], strict=True))
        saved["params"] = group["params"]
        if "param_names" in group:
            saved.setdefault("param_names", group["param_names"])
    state: defaultdict[Any, dict[str, Any]] = defaultdict(dict)
    for key, value in state_dict["state"].items():
        state[params.get(key, key)] = _copied(value, params[key]) if key in params else value
    return state, saved_groups


def _copied(value: Any, param: Tensor, key: Any = None) -> Any:
    """A copy of a state's value, its tensors like `param`; ``step`` counts and stays as it is."""
    if isinstance(value, Tensor):
        value = value.detach().clone()
        if key == "step":
            return value
        return value.to(param.device, param.dtype if param.is_floating_point() else value.dtype)
    if isinstance(value, dict):
        entries = cast("dict[Any, Any]", value)
        return {name: _copied(entry, param, name) for name, entry in entries.items()}
    if isinstance(value, list | tuple):
        items = [_copied(item, param) for item in cast("list[Any]", value)]
        return items if isinstance(value, list) else tuple(items)
    return value
