"""All functions under one roof, for ``import *`` and for type checkers."""

# ruff: noqa: F403  # the names are those in each __all__

from deep_learner.ops.activation import gelu as gelu
from deep_learner.ops.activation import glu as glu
from deep_learner.ops.activation import logsigmoid as logsigmoid
from deep_learner.ops.activation import sigmoid as sigmoid
from deep_learner.ops.activation import softplus as softplus
from deep_learner.ops.activation import softsign as softsign
from deep_learner.ops.activation import tanhshrink as tanhshrink
from deep_learner.ops.distance import cosine_similarity as cosine_similarity
from deep_learner.ops.distance import normalize as normalize
from deep_learner.ops.distance import pairwise_distance as pairwise_distance
from deep_learner.ops.padding import pad as pad
from deep_learner.ops.rectifier import hardshrink as hardshrink
from deep_learner.ops.rectifier import prelu as prelu
from deep_learner.ops.rectifier import softshrink as softshrink
from deep_learner.ops.trigonometric import tanh as tanh

from .functional.activation import *
from .functional.adaptive_pooling import *
from .functional.attention import *
from .functional.average_pooling import *
from .functional.batch_normalization import *
from .functional.binary import *
from .functional.class_margins import *
from .functional.classification import *
from .functional.convolutions import *
from .functional.ctc import *
from .functional.distance import *
from .functional.dropout import *
from .functional.embedding import *
from .functional.embedding_bag import *
from .functional.fractional_pooling import *
from .functional.grid_sampling import *
from .functional.group_normalization import *
from .functional.in_place import *
from .functional.instance_normalization import *
from .functional.interpolation import *
from .functional.likelihoods import *
from .functional.linear import *
from .functional.linear_cross_entropy import *
from .functional.margins import *
from .functional.max_pooling import *
from .functional.multi_head_attention import *
from .functional.normalization import *
from .functional.patches import *
from .functional.randomized import *
from .functional.regression import *
from .functional.response import *
from .functional.shuffling import *
from .functional.triplets import *
from .functional.unpooling import *
