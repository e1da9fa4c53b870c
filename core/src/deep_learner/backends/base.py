"""What a backend is: a namespace, and the few things that the Python Array API standard does not say."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..device import Device
from ..errors import OutOfMemoryError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from ..compiler.plan import Executor
    from ..random.engine import Engine
    from ..typing import Array, Namespace
    from .accelerator import Accelerator

__all__ = ["Backend"]


class Backend:
    """An array library, as the engine sees it.

    A subclass sets `name`, `namespace` and `array_types`; everything else has a default that follows the
    Python Array API standard, and is there to be overruled where the library differs or can do better.

    Attributes
    ----------
    name : str
        The name it is registered under.
    namespace : module
        Functions with the standard's names and signatures; those it lacks are missed only when called.
    array_types : tuple of type
        The types of its arrays.
    scalar_types : tuple of type
        Types its functions return in place of 0-d arrays, if it has such.
    device_types : tuple of str
        The types of device it serves; the first is its default.
    shares_memory : bool
        Whether views share the memory of their base. Where they are copies, or arrays never change, a write to
        one is brought to the others by the engine.
    kernels : Mapping of str to callable
        Faster versions of operations, by the operation's name, with its signature but for `xp`; and of optimizers'
        steps, as `"SGD.step"`: see `deep_learner.optim.Optimizer`.
    accelerator : Accelerator or None
        Streams, events, graphs and the current one of several devices, where the devices have such.
    placed : callable or None
        `placed(array)` is a context in which the library computes on the array's device. For libraries that
        compute on their current device instead, where there are several; None where nothing need be done.
    base : Backend or None
        Whose arrays those of this one are made of, if they hold other arrays: new ones are made there.
    adopts : bool
        Whether tensors of other backends become this one's where they meet: for arrays that stand for any library's.
    executor : Executor or None
        What turns the operations of a compiled step into a function: see `deep_learner.compiler`. By default one
        that calls them one by one.
    """

    name: str
    namespace: Namespace
    array_types: tuple[type, ...]
    scalar_types: tuple[type, ...] = ()
    device_types: tuple[str, ...] = ("cpu",)
    shares_memory: bool = True
    accelerator: Accelerator | None = None
    placed: Callable[[Array], AbstractContextManager[Any]] | None = None
    base: Backend | None = None

    adopts: bool = False

    @cached_property
    def executor(self) -> Executor | None:
        """What runs compiled steps; where arrays do not change, there is none, and they run as they are."""
        from ..compiler.interpreter import Interpreter

        return Interpreter(self) if self.shares_memory else None

    extended: Namespace = (
        None  # the namespace with what the standard lacks, set by the engine when it first needs it
    )

    @cached_property
    def kernels(self) -> Mapping[str, Callable[..., Any]]:
        """Faster functions by the name of the operation that they stand in for, with its parameters but `xp`."""
        return {}

    def __repr__(self) -> str:
        return f"<backend {self.name!r}>"

    def unavailable(self) -> str | None:
        """Why the backend cannot work on this machine; None if it can."""
        return None

    def device_of(self, array: Array) -> Device:
        """The device an array lives on."""
        return Device(self.device_types[0])

    def resolved(self, device: Device) -> Device:
        """The device that is meant, as `device_of` would name it: with its index, where the type alone means the
        current one of several.
        """
        return device

    def native_device(self, device: Device) -> Any:
        """What the namespace's functions take as `device=`; None where they need not be told.

        Raises
        ------
        RuntimeError
            If the backend does not serve the device.
        """
        if device.type not in self.device_types or device.index:
            served = ", ".join(map(repr, self.device_types))
            raise RuntimeError(f"the backend {self.name!r} has no {device!r}; its devices: {served}")
        return None

    def asarray(
        self, data: Any, *, dtype: Any = None, device: Device | None = None, copy: bool | None = None
    ) -> Array:
        """An array of nested lists, numbers, a buffer or another library's array.

        Parameters
        ----------
        data : object
            What the namespace's `asarray` takes.
        dtype : optional
            The namespace's own dtype.
        device : Device, optional
            Where to put it; the default device unless given.
        copy : bool, optional
            True: always copy; False: never, or ValueError; None: where needed.
        """
        native = None if device is None else self.native_device(device)
        return self.namespace.asarray(data, dtype=dtype, device=native, copy=copy)

    def from_scalar(self, scalar: Any) -> Array:
        """A 0-d array of one of `scalar_types`."""
        return self.asarray(scalar)

    def has_values(self, array: Array) -> bool:
        """Whether an array's elements can be looked at; not those of a program that is being traced."""
        return True

    def to_numpy(self, array: Array) -> Any:
        """The array as a NumPy array, sharing memory where it can."""
        convert = getattr(array, "__array__", None)
        if convert is None:
            raise TypeError(
                f"an array of type {type(array).__name__} (backend {self.name!r}) does not say how to become "
                "a NumPy array; its backend should define to_numpy"
            )
        return convert()

    def from_numpy(self, array: Any, device: Device | None = None) -> Array:
        """A NumPy array as one of this backend, sharing memory where it can."""
        return self.asarray(array, device=device)

    def to_device(self, array: Array, device: Device) -> Array:
        """The array on a device of this backend: itself if it is there already."""
        native = self.native_device(device)
        there = self.device_of(array) == self.resolved(device)
        return array if there or native is None else array.to_device(native)

    def write(self, array: Array, index: Any, value: Any) -> Array:
        """`array[index] = value`; the array that holds the result.

        Parameters
        ----------
        array : array
        index : object
            What the library takes between brackets.
        value : array or number
            Broadcasts to what the index selects.

        Returns
        -------
        array
            `array` itself; a new one where the library's arrays do not change.
        """
        array[index] = value
        return array

    def storage(self, array: Array) -> object:
        """The object that owns the array's memory: one for all its views, and weakly referenceable."""
        return array

    def mersenne_twister(self) -> Engine:
        """What makes the words of random numbers where this backend computes them and many are drawn.

        It is restored to the state of another at once; words and states are the same whichever makes them.
        """
        from ..random.engine import MersenneTwister

        return MersenneTwister(0)

    def synchronize(self, device: Device | None = None) -> None:
        """Waits until the device has done what it was asked; at once where nothing runs in the background."""

    def memory(self, device: Device | None = None) -> dict[str, int]:
        """Figures about the device's memory in bytes; empty where none are known.

        `"free"` and `"total"` are the device's, `"allocated"` what arrays hold of it, `"reserved"` what the
        library keeps for arrays to come, too.
        """
        return {}

    def details(self) -> dict[str, str]:
        """What a user may want to know of the library and the machine: a name and a text for each."""
        return {}

    def explained(self, error: Exception) -> Exception:
        """The error to raise in place of one that the library raised.

        By default a `MemoryError` becomes an `OutOfMemoryError` with the figures of `memory`; all others stay.
        """
        if not isinstance(error, MemoryError) or isinstance(error, OutOfMemoryError):
            return error
        known = ", ".join(f"{size / 2**30:.2f} GiB {name}" for name, size in self.memory().items())
        figures = f" ({known})" if known else ""
        return OutOfMemoryError(f"the backend {self.name!r} is out of memory{figures}: {error}")

    def cure(self, function: str) -> str:
        """What a user can do to get a function that neither the namespace nor `kernels` has; empty if nothing."""
        return ""

    def get_num_threads(self) -> int:
        """How many threads a computation uses at most."""
        return 1

    def set_num_threads(self, count: int) -> None:
        """Chooses how many threads, at least 1, a computation uses at most.

        Raises
        ------
        RuntimeError
            If it cannot be chosen.
        """
        if count != self.get_num_threads():
            raise RuntimeError(
                f"the backend {self.name!r} computes in {self.get_num_threads()} thread(s), whatever is asked; "
                f"received {count}"
            )

    def set_float32_matmul_precision(self, precision: str) -> None:
        """Follows PyTorch's switch: `"highest"`, or less for speed (`"high"`, `"medium"`) where the library can."""

    def pinned(self, array: Any) -> Any:
        """The values of a NumPy array in page-locked memory, from where they reach the device without waiting.

        Raises
        ------
        RuntimeError
            If the library has no such memory.
        """
        raise RuntimeError(f"the backend {self.name!r} has no page-locked memory")

    def is_pinned(self, array: Any) -> bool:
        """Whether a NumPy array lies in memory that `pinned` gave."""
        return False
