"""The contract of a schedule accepts sound ones and catches planted faults."""

from __future__ import annotations

import pytest

from deep_learner.optim.lr_scheduler import LRScheduler
from deep_learner.plugins import hookimpl
from deep_learner.testing import SchedulerContract
from deep_learner.testing.isolation import PluginDistribution, isolated


class Halving(LRScheduler):
    """Half the rate after every epoch."""

    def get_lr(self):
        return [base * 0.5**self.last_epoch for base in self.base_lrs]


class Undocumented(Halving):
    __doc__ = None


class Late(Halving):
    """Halves an epoch too late."""

    def get_lr(self):
        return [base * 0.5 ** max(0, self.last_epoch - 1) for base in self.base_lrs]


class Levelling(Halving):
    """Sets the first group's rate everywhere."""

    def get_lr(self):
        return super().get_lr()[:1] * len(self.base_lrs)


class Boasting(Halving):
    """Tells other rates than it set."""

    def get_last_lr(self):
        return [2 * rate for rate in super().get_last_lr()]


class Meddling(Halving):
    """Changes the momentum too."""

    def get_lr(self):
        for group in self.optimizer.param_groups:
            group["momentum"] = 0.5
        return super().get_lr()


class Replacing(Halving):
    """Puts numbers where tensors were."""

    def step(self, epoch=None):
        super().step(epoch)
        for group in self.optimizer.param_groups:
            group["lr"] = float(group["lr"])


class Forgetful(Halving):
    """Begins anew when it is loaded."""

    def state_dict(self):
        return {}


class Hoarding(Halving):
    """Saves the optimizer with itself."""

    def state_dict(self):
        return dict(vars(self))


FAULTS = {
    Undocumented: "test_it_is_registered_as_a_documented_schedule",
    Late: "test_its_rates_are_those_stated",
    Levelling: "test_each_group_goes_its_own_way",
    Boasting: "test_it_tells_the_rates_that_it_set",
    Meddling: "test_it_changes_nothing_but_the_rates",
    Replacing: "test_a_rate_that_is_a_tensor_is_changed_in_place",
    Forgetful: "test_a_course_resumed_from_its_state_is_identical",
    Hoarding: "test_its_state_is_without_the_optimizer",
}


class Schedulers:
    @hookimpl
    def register_schedulers(self, register):
        for scheduler in (Halving, *FAULTS):
            register(scheduler.__name__, scheduler)


ACME = PluginDistribution("acme", {"acme": Schedulers()})
NUMPY = PluginDistribution("deep-learner-numpy", {"numpy": "deep_learner_numpy.hooks"})


@pytest.fixture(autouse=True)
def acme():
    pytest.importorskip("deep_learner_numpy", reason="core alone is being tested")
    with isolated(ACME, NUMPY):
        yield


class TestHalving(SchedulerContract):
    scheduler = "Halving"
    rates = (1.0, 0.5, 0.25, 0.125)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_planted_fault_is_caught(fault):
    planted = type("Planted", (TestHalving,), {"scheduler": fault.__name__})()
    with pytest.raises(AssertionError):
        getattr(planted, FAULTS[fault])()
