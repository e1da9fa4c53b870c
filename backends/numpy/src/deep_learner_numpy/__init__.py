"""Deep Learner's NumPy backend: registered as `"numpy"`, serves the CPU."""

import os
import sys

if "numpy" not in sys.modules:  # else see `deep_learner_numpy.blas`
    os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "21")
