"""Found under PyTorch's name by a process that was told so: hands over to Deep Learner."""

import sys

import deep_learner.torch

sys.modules[__name__] = deep_learner.torch
