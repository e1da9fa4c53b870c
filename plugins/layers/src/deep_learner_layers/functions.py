"""All functions under one roof, for ``import *`` and for type checkers."""

# ruff: noqa: F403  # the names are those in each __all__

from deep_learner.ops.activation import gelu as gelu
from deep_learner.ops.activation import glu as glu
from deep_learner.ops.activation import logsigmoid as logsigmoid
from deep_learner.ops.activation import sigmoid as sigmoid
from deep_learner.ops.activation import softplus as softplus
from deep_learner.ops.activation import softsign as softsign
from deep_learner.ops.activation import tanhshrink as tanhshrink
from deep_learner.ops.padding import pad as pad
from deep_learner.ops.rectifier import hardshrink as hardshrink
from deep_learner.ops.rectifier import prelu as prelu
from deep_learner.ops.rectifier import softshrink as softshrink
from deep_learner.ops.trigonometric import tanh as tanh

from .functional.activation import *
from .functional.binary import *
from .functional.classification import *
from .functional.dropout import *
from .functional.embedding import *
from .functional.linear import *
from .functional.normalization import *
from .functional.regression import *
