"""The base class of optimizers: groups, hooks, closures, gradients and saved state."""

from __future__ import annotations

import copy
import pickle

import pytest

import deep_learner as dl
from deep_learner.optim import Optimizer
from deep_learner.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook


class Descent(Optimizer):
    """p <- p - lr * g, counting the steps of each parameter."""

    def __init__(self, params, lr=0.5, scale=1.0):
        super().__init__(params, {"lr": lr, "scale": scale})

    def update(self, parameter, gradient, group):
        parameter.add_(gradient, alpha=-group["lr"] * group["scale"])
        state = self.state[parameter]
        state["steps"] = state.get("steps", 0) + 1


class Slowing(Optimizer):
    """p <- p - lr * mean(g), as a rule on arrays that changes nothing in place; counts its steps."""

    def __init__(self, params, lr=0.5, differentiable=False):
        super().__init__(params, {"lr": lr, "differentiable": differentiable})

    def rule(self, xp, parameter, gradient, state, group):
        state["count"] = state.get("count", 0) + 1
        state["total"] = state.get("total", 0.0) + gradient
        return parameter - state["total"] * (group["lr"] / state["count"])


def leaf(*values):
    return dl.tensor(list(values), dtype=dl.float64, requires_grad=True)


def with_gradient(parameter, *values):
    parameter.grad = dl.tensor(list(values), dtype=dl.float64)
    return parameter


@pytest.fixture
def two():
    return [leaf(1.0, 2.0), leaf(3.0)]


def test_a_step_changes_each_parameter_by_its_gradient(two):
    optimizer = Descent(two)
    with_gradient(two[0], 1.0, -2.0)
    with_gradient(two[1], 4.0)
    optimizer.step()
    assert [p.tolist() for p in two] == [[0.5, 3.0], [1.0]]


def test_a_parameter_that_no_gradient_reached_is_left_alone(two):
    optimizer = Descent(two)
    with_gradient(two[0], 1.0, 1.0)
    optimizer.step()
    assert two[1].tolist() == [3.0]
    assert two[1] not in optimizer.state


def test_each_group_uses_its_own_options(two):
    optimizer = Descent([{"params": two[0], "lr": 1.0}, {"params": [two[1]]}], lr=0.25)
    with_gradient(two[0], 1.0, 1.0)
    with_gradient(two[1], 4.0)
    optimizer.step()
    assert [p.tolist() for p in two] == [[0.0, 1.0], [2.0]]
    assert [group["scale"] for group in optimizer.param_groups] == [1.0, 1.0]


def test_a_closure_is_called_with_gradients_and_its_loss_returned(two):
    optimizer = Descent(two)

    def closure():
        optimizer.zero_grad()
        loss = (two[0] * two[0]).sum()
        loss.backward()
        return loss

    with dl.no_grad():
        loss = optimizer.step(closure)
    assert loss.item() == 5.0
    assert two[0].tolist() == [0.0, 0.0]


def test_a_step_records_nothing(two):
    optimizer = Descent(two)
    with_gradient(two[0], 1.0, 1.0)
    optimizer.step()
    assert two[0].is_leaf
    assert two[0].requires_grad


def test_zero_grad_forgets_gradients(two):
    optimizer = Descent(two)
    with_gradient(two[0], 1.0, 1.0)
    optimizer.zero_grad()
    assert not two[0].has_grad


def test_zero_grad_can_leave_zeros_where_gradients_were(two):
    optimizer = Descent(two)
    with_gradient(two[0], 1.0, 1.0)
    optimizer.zero_grad(set_to_none=False)
    assert two[0].has_grad
    assert two[0].grad.tolist() == [0.0, 0.0]
    assert not two[1].has_grad


def test_zero_grad_cuts_a_gradient_off_its_graph(two):
    optimizer = Descent(two)
    (two[0] ** 3).sum().backward(create_graph=True)
    optimizer.zero_grad(set_to_none=False)
    assert not two[0].grad.requires_grad


def test_a_single_tensor_is_refused_with_the_cure(two):
    with pytest.raises(TypeError, match=r"for one tensor write \[parameter\]"):
        Descent(two[0])


def test_no_parameters_are_refused():
    with pytest.raises(ValueError, match="empty parameter list"):
        Descent([])


def test_a_parameter_that_is_no_tensor_is_refused():
    with pytest.raises(TypeError, match="Received among its parameters: float"):
        Descent([1.0])


def test_a_computed_tensor_is_refused(two):
    with pytest.raises(ValueError, match="non-leaf"):
        Descent([two[0] * 2])


def test_a_set_of_parameters_is_refused(two):
    with pytest.raises(TypeError, match="pass a list, not a set"):
        Descent([{"params": set(two)}])


def test_a_group_that_is_no_dictionary_is_refused(two):
    with pytest.raises(TypeError, match="a parameter group is a dict"):
        Descent(two).add_param_group([leaf(1.0)])


def test_a_parameter_in_two_groups_is_refused(two):
    with pytest.raises(ValueError, match="more than one parameter group"):
        Descent([{"params": two}, {"params": [two[0]]}])


def test_a_parameter_twice_in_a_group_is_warned_of(two):
    with pytest.warns(UserWarning, match="more than once"):
        Descent([two[0], two[0]])


def test_names_of_parameters_are_kept(two):
    optimizer = Descent([("weight", two[0]), ("bias", two[1])])
    assert optimizer.param_groups[0]["param_names"] == ["weight", "bias"]
    assert optimizer.param_groups[0]["params"] == two
    assert optimizer.state_dict()["param_groups"][0]["param_names"] == ["weight", "bias"]


def test_parameters_with_and_without_names_do_not_mix(two):
    with pytest.raises(ValueError, match="have names or none"):
        Descent([("weight", two[0]), two[1]])
    with pytest.raises(ValueError, match="have names or none"):
        Descent([("weight", two[0])]).add_param_group({"params": [two[1]]})


def test_a_subclass_without_a_rule_says_so(two):
    optimizer = Optimizer([with_gradient(two[0], 1.0, 1.0)], {})
    with pytest.raises(NotImplementedError, match=r"must define rule\(\), update\(\) or step\(\)"):
        optimizer.step()


def test_a_rule_may_return_new_arrays(two):
    optimizer, memory = Slowing(two), two[0].detach()
    for _ in range(2):
        with_gradient(two[0], 1.0, -2.0)
        optimizer.step()
    assert two[0].tolist() == memory.tolist() == [0.0, 4.0]
    assert optimizer.state[two[0]]["count"] == 2
    assert isinstance(optimizer.state[two[0]]["total"], dl.Tensor)
    assert two[1] not in optimizer.state


def test_a_rule_keeps_tensors_of_no_dimension():
    parameter = dl.tensor(2.0, dtype=dl.float32, requires_grad=True)
    parameter.grad = dl.tensor(1.0)
    optimizer = Slowing([parameter])
    optimizer.step()
    assert isinstance(optimizer.state[parameter]["total"], dl.Tensor)
    assert (parameter.item(), optimizer.state[parameter]["total"].dtype) == (1.5, dl.float32)


def test_a_rule_runs_on_tensors_where_the_step_is_differentiable():
    source = leaf(3.0)
    parameter = source.clone()
    parameter.retain_grad()
    optimizer = Slowing([parameter], differentiable=True)
    for _ in range(2):
        parameter.grad = source * 2
        optimizer.step()
    (gradient,) = dl.autograd.grad(parameter.sum(), source)
    assert parameter.tolist() == [-3.0]  # p - 2 * 0.5 * 2p
    assert gradient.tolist() == [-1.0]


def test_a_stale_saved_value_is_noticed_after_a_step(two):
    loss = (two[0] ** 3).sum()
    loss.backward(retain_graph=True)
    Slowing(two).step()
    with pytest.raises(RuntimeError, match=r"Slowing\.step\(\) wrote to it afterwards"):
        loss.backward()


@pytest.mark.needs("deep_learner_numpy")
def test_an_error_in_a_rule_says_where(two):
    optimizer = Slowing(two)
    optimizer.state[two[0]]["total"] = dl.zeros(5, dtype=dl.float64)
    with_gradient(two[0], 1.0, 1.0)
    with pytest.raises(ValueError, match="broadcast") as caught:
        optimizer.step()
    assert caught.value.__notes__ == [
        "In Slowing.step() on Device.CPU: parameter of shape (2,), dtype float64; gradient of shape (2,), "
        "dtype float64; total of shape (5,), dtype float64"
    ]


def test_repr_is_that_of_pytorch(two):
    assert repr(Descent([{"params": two[0]}, {"params": two[1], "lr": 2.0}])) == (
        "Descent (\nParameter Group 0\n    lr: 0.5\n    scale: 1.0\n\nParameter Group 1\n    lr: 2.0\n    "
        "scale: 1.0\n)"
    )


def test_hooks_run_around_a_step_in_their_order(two):
    optimizer, calls = Descent(two), []
    handles = [
        register_optimizer_step_pre_hook(lambda *_: calls.append("all before")),
        register_optimizer_step_post_hook(lambda *_: calls.append("all after")),
        optimizer.register_step_pre_hook(lambda *_: calls.append("before")),
        optimizer.register_step_post_hook(lambda *_: calls.append("after")),
    ]
    optimizer.step()
    assert calls == ["all before", "before", "after", "all after"]
    for handle in handles:
        handle.remove()
    optimizer.step()
    assert len(calls) == 4


def test_hooks_run_once_where_a_step_calls_the_one_it_overrides(two):
    class Twice(Descent):
        def step(self, closure=None):
            super().step(closure)
            return super().step(closure)

    optimizer, calls = Twice(two), []
    optimizer.register_step_post_hook(lambda *_: calls.append(1))
    with_gradient(two[1], 2.0)
    optimizer.step()
    assert (calls, two[1].tolist()) == ([1], [1.0])


def test_a_hook_before_a_step_may_replace_its_arguments(two):
    optimizer = Descent(two)
    optimizer.register_step_pre_hook(lambda _optimizer, _args, _kwargs: ((lambda: 7.0,), {}))
    assert optimizer.step() == 7.0


def test_a_hook_before_a_step_that_returns_something_else_is_told(two):
    optimizer = Descent(two)
    optimizer.register_step_pre_hook(lambda *_: 3)
    with pytest.raises(RuntimeError, match=r"as \(args, kwargs\).*Received: 3"):
        optimizer.step()


def test_a_failing_step_leaves_hooks_working(two):
    optimizer, calls = Descent(two), []
    optimizer.register_step_pre_hook(lambda *_: calls.append(1))
    with pytest.raises(ZeroDivisionError):
        optimizer.step(lambda: 1 / 0)
    optimizer.step()
    assert calls == [1, 1]


def test_hooks_see_and_replace_state_dictionaries(two):
    optimizer, calls = Descent(two), []
    optimizer.register_state_dict_pre_hook(lambda _: calls.append("second"))
    optimizer.register_state_dict_pre_hook(lambda _: calls.append("first"), prepend=True)
    optimizer.register_state_dict_post_hook(lambda _, state: {**state, "extra": 1})
    optimizer.register_load_state_dict_pre_hook(lambda _, state: calls.append(state.pop("extra")))
    optimizer.register_load_state_dict_post_hook(lambda _: calls.append("loaded"))
    state = optimizer.state_dict()
    optimizer.load_state_dict(state)
    assert calls == ["first", "second", 1, "loaded"]
    assert state["extra"] == 1


def test_the_state_dictionary_counts_parameters_through_the_groups(two):
    third = with_gradient(leaf(5.0), 1.0)
    optimizer = Descent([{"params": [two[0]]}, {"params": [two[1], third], "lr": 1.0}])
    optimizer.step()
    assert optimizer.state_dict() == {
        "state": {2: {"steps": 1}},
        "param_groups": [
            {"lr": 0.5, "scale": 1.0, "params": [0]},
            {"lr": 1.0, "scale": 1.0, "params": [1, 2]},
        ],
    }


def test_a_loaded_state_is_copied_to_the_dtype_of_the_parameter():
    source, target = leaf(1.0), dl.tensor([1.0], dtype=dl.float32, requires_grad=True)
    buffer, count = dl.tensor([0.1], dtype=dl.float64), dl.tensor(3.0, dtype=dl.float64)
    first, second = Descent([source], lr=0.125), Descent([target])
    first.state[source] = {
        "buffer": buffer,
        "step": count,
        "history": [buffer, (1, "x")],
        "nested": {"b": buffer},
    }
    second.load_state_dict(first.state_dict())
    state = second.state[target]
    assert state["buffer"].dtype == state["history"][0].dtype == state["nested"]["b"].dtype == dl.float32
    assert state["step"].dtype == dl.float64
    assert state["history"][1] == (1, "x")
    assert second.param_groups[0]["lr"] == 0.125
    assert second.param_groups[0]["params"] == [target]
    state["step"].add_(1)
    assert count.item() == 3.0


def test_options_that_a_loaded_state_lacks_are_the_defaults(two):
    optimizer = Descent(two, scale=4.0)
    state = optimizer.state_dict()
    del state["param_groups"][0]["scale"]
    optimizer.load_state_dict(state)
    assert optimizer.param_groups[0]["scale"] == 4.0


@pytest.mark.parametrize(
    ("change", "message", "error"),
    [
        (lambda state: state.pop("state"), "'state' is missing", KeyError),
        (lambda state: state["param_groups"].pop(), "different number of parameter groups: 0", ValueError),
        (
            lambda state: state["param_groups"][0]["params"].pop(),
            "has 1 parameters, where .* has 2",
            ValueError,
        ),
    ],
)
def test_a_state_that_does_not_fit_is_refused_and_changes_nothing(two, change, message, error):
    optimizer = Descent(two)
    state = copy.deepcopy(optimizer.state_dict())
    change(state)
    with pytest.raises(error, match=message):
        optimizer.load_state_dict(state)
    assert optimizer.param_groups[0]["params"] == two


def test_an_optimizer_survives_pickling(two):
    optimizer = Descent(two, lr=0.75)
    with_gradient(two[0], 1.0, 1.0)
    optimizer.step()
    copied = pickle.loads(pickle.dumps(optimizer))
    assert copied.param_groups[0]["lr"] == 0.75
    assert [state["steps"] for state in copied.state.values()] == [1]
    copied.step()


@pytest.mark.needs("deep_learner_optimizers")
def test_optimizers_are_found_in_the_module_and_listed():
    assert {"SGD", "Adam", "AdamW", "Optimizer", "lr_scheduler"} <= set(dir(dl.optim))
    with pytest.raises(AttributeError, match="Adom"):
        _ = dl.optim.Adom


def test_a_module_in_place_of_its_parameters_is_refused():
    with pytest.raises(TypeError, match=r"write model\.parameters\(\)"):
        Descent(dl.nn.Module())


def test_a_group_without_parameters_is_refused():
    with pytest.raises(ValueError, match=r"needs 'params'.*\['lr'\]"):
        Descent([{"lr": 0.1}])
