"""All layers under one roof, for ``import *`` and for type checkers."""

# ruff: noqa: F403  # the names are those in each __all__

from .classification_losses import *
from .dropout import *
from .embedding import *
from .flatten import *
from .linear import *
from .module_dict import *
from .module_list import *
from .normalization import *
from .parameter_dict import *
from .parameter_list import *
from .rectifiers import *
from .regression_losses import *
from .sequential import *
from .sigmoids import *
from .softmax import *
