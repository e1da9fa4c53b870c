"""What the simulated machine has: its GPUs, their memory and the driver, and what was asked of them."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from cupy.cuda.runtime import CUDARuntimeError

MEMORY_ALLOCATION = 2  # the numbers of cudaError_t that the simulation raises
INITIALIZATION_ERROR = 3
INSUFFICIENT_DRIVER = 35
NO_DEVICE = 100
INVALID_DEVICE = 101
INVALID_VALUE = 1
NOT_READY = 600
ILLEGAL_ADDRESS = 700
CAPTURE_UNSUPPORTED = 900
CAPTURE_INVALIDATED = 901
CAPTURE_UNMATCHED = 903
CAPTURE_UNJOINED = 904
CAPTURE_IMPLICIT = 906


@dataclass
class Machine:
    """The simulated machine; tests change its fields and call `reset` to have the machine of the start again.

    Attributes
    ----------
    count
        Number of GPUs.
    name, compute_capability, multiprocessors
        What each GPU is.
    memory
        Bytes of memory of each GPU.
    driver_version, runtime_version
        As CUDA counts them: 12080 is 12.8.
    peer_access
        Whether a GPU may read the memory of another.
    error
        Number of a CUDA error that every call to the runtime answers with, e.g. 35 for a driver that is too old.
    synchronizations
        How often the host waited for a GPU.
    launches
        Pieces of work given to a stream, captured ones included.
    allocated
        Bytes taken from each GPU, by its number.
    """

    count: int = 2
    name: str = "Simulated GPU"
    compute_capability: tuple[int, int] = (9, 0)
    multiprocessors: int = 4
    memory: int = 1 << 30
    driver_version: int = 12080
    runtime_version: int = 12090
    peer_access: bool = False
    error: int | None = None
    synchronizations: int = 0
    launches: int = 0
    allocated: dict[int, int] = field(default_factory=dict)
    process: int | None = None

    def reset(self) -> None:
        """Back to the machine of the start; what is allocated stays so."""
        kept = {"allocated": self.allocated, "process": self.process}
        self.__init__(**kept)  # type: ignore[misc]

    def require(self) -> None:
        """Raises where the CUDA runtime would: no GPU, a driver that does not fit, a forked child."""
        if self.error is not None:
            raise CUDARuntimeError(self.error)
        if self.count == 0:
            raise CUDARuntimeError(NO_DEVICE)
        if self.process is None:
            self.process = os.getpid()
        elif self.process != os.getpid():
            raise CUDARuntimeError(INITIALIZATION_ERROR)


machine = Machine()
