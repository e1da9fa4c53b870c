"""Which backend serves: by choice, by name, by device or by array.

Core knows none by name: plugins register them, and the installed one that works here and ranks itself highest is
the default.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from threading import RLock
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from .. import config
from ..device import Device
from ..errors import BackendUnavailableError, PluginError, UnknownNameError
from ..plugins.hints import how_to_install, what_to_install
from ..plugins.host import Host, host
from ..precision import get_float32_matmul_precision
from .base import Backend

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from contextlib import AbstractContextManager

    from ..plugins.catalogue import Entry
    from ..typing import Array, DeviceLike


class _Choice(NamedTuple):
    backend: Backend
    device: Device


def current() -> Backend:
    """The backend that new tensors are made with.

    Raises
    ------
    BackendUnavailableError
        If the configured backend cannot work here, or no installed one can.
    UnknownNameError
        If no installed plugin registers the configured backend or executor: an AttributeError and a LookupError.
    """
    where = host()
    choice = config.settings().derived.get(where)
    return (choice or _choose(where)).backend


def default_device() -> Device:
    """The device that new tensors are made on: the configured one, or the current backend's first.

    Raises as `current`.
    """
    where = host()
    choice = config.settings().derived.get(where)
    return (choice or _choose(where)).device


def set_default_device(device: DeviceLike) -> None:
    """Makes new tensors on a device from here on, for this thread or task alone; None takes the choice back.

    Raises
    ------
    BackendUnavailableError
        If no installed backend serves the device.
    """
    changes = {"device": None} if device is None else settings_for(Device(device))
    config.hold("the call of set_default_device(...)", **changes)


def settings_for(device: Device) -> dict[str, Any]:
    """The settings under which new tensors are made on a device: its backend may have to change, too.

    Raises
    ------
    BackendUnavailableError
        If no installed backend serves the device.
    """
    for_device(device)
    kept = device.type in current().device_types
    return {"device": device} if kept else {"device": device, "backend": None}


@contextmanager
def backend(name: str, device: DeviceLike = None) -> Generator[Backend, None, None]:
    """Makes new tensors with another backend within a `with` block, for this thread or task alone.

    Parameters
    ----------
    name : str
        A registered name, or `"distribution:name"`.
    device : Device or str, optional
        One of its devices; its first unless given.

    Raises
    ------
    UnknownNameError, BackendUnavailableError, RuntimeError
        If it is not installed, cannot work here, or does not serve the device.
    """
    with config.using(backend=name, device=device):
        yield current()


def serving(one: Backend) -> AbstractContextManager[Any]:
    """Within the block `one` serves the devices that it has, for this thread or task alone.

    So that what an operation makes on its operands' device is of their backend, though several serve the device.
    """
    where, one = host(), one if one.adopts else one.base or one
    choice = config.settings().derived.get(where)
    return nullcontext() if choice is not None and choice.backend is one else _serving_alone(where, one)


@contextmanager
def _serving_alone(where: Host, one: Backend) -> Generator[None, None, None]:
    with config.using(backend=one.name, device=None) as settings:
        settings.derived[where] = _Choice(one, Device(one.device_types[0]))
        yield


def get(name: str) -> Backend:
    """The backend of a name, made once.

    Parameters
    ----------
    name : str
        A registered name, or `"distribution:name"`.

    Raises
    ------
    UnknownNameError
        If it is not installed; the message quotes broken plugins and says what to install.
    BackendUnavailableError
        If it is installed and cannot work here.
    """
    where = host()
    return made(where, where.find("backends", name))


def available() -> list[Backend]:
    """The installed backends that work here, best ranked first."""
    return list(_working(host()))


def accelerated() -> Backend | None:
    """The best ranked backend that works here and has devices that work in the background; None if none has."""
    working = available()
    return next((one for one in working if one.accelerator is not None and one.accelerator.count()), None)


def for_device(device: Device | str) -> Backend:
    """The backend that serves a type of device: the current one if it does, else the best ranked that works.

    Raises
    ------
    BackendUnavailableError
        If none that works serves it; the message says why each that should does not, and what to install.
    """
    device = Device(device)
    settings = config.settings()
    if settings.values["backend"] is not None or host() in settings.derived:
        now = current()
        if device.type in now.device_types:
            return now
    return best_for_device(device)


def best_for_device(device: Device | str) -> Backend:
    """The best ranked backend that works and serves a type of device, whatever is chosen. Raises as `for_device`."""
    where, device = host(), Device(device)
    derived = config.settings().derived
    found = derived.get((where, device.type))
    if found is None:
        found = derived[where, device.type] = _serving(where, device)
    return found


def for_array(array: Array) -> Backend:
    """The backend whose array this is; ones in use are asked first.

    Raises
    ------
    TypeError
        If it is an array of no backend that works here.
    """
    return for_type(cast("type[Any]", type(array)))


def for_type(kind: type[Any]) -> Backend:
    """The backend whose arrays, or the scalars in place of them, are of this type. Raises as `for_array`."""
    own = getattr(kind, "own_backend", None)
    if own is not None:  # batched arrays bring theirs
        return own
    where = host()
    entries = list(where.catalogue.entries("backends"))
    loaded = (entry.instance for entry in entries if entry.instance is not None)
    for candidates in (loaded, _working(where)):
        for one in candidates:
            if issubclass(kind, (*one.array_types, *one.scalar_types)):
                return one
    names = ", ".join(entry.name for entry in entries) or "none"
    raise TypeError(
        f"no installed backend ({names}) has arrays of type {kind.__module__}.{kind.__qualname__}; make a "
        "tensor of its values instead: deep_learner.tensor(...)" + where.advice("backends")
    )


_making = RLock()


def made(where: Host, entry: Entry) -> Backend:
    """The one instance of a registered backend.

    Raises
    ------
    PluginError
        If it cannot be imported.
    BackendUnavailableError
        If it cannot work here, or what was registered is no backend.
    """
    if entry.instance is None:
        with _making:
            if entry.instance is None:
                entry.instance = _make(where, entry)
    return entry.instance


def _make(where: Host, entry: Entry) -> Backend:
    who = f"the backend {entry.name!r} of {entry.distribution} {entry.version}"
    value = where.load(entry)
    try:
        one = value if isinstance(value, Backend) else value()
        reason = one.unavailable()
        lacking = [name for name in ("name", "namespace", "array_types") if not hasattr(one, name)]
    except Exception as error:  # another's code, asked whether it works: whatever it raises is a no
        raise BackendUnavailableError(f"{who} cannot be made: {type(error).__name__}: {error}") from error
    if reason:
        raise BackendUnavailableError(f"{who} cannot work here: {reason}")
    if lacking:
        raise BackendUnavailableError(
            f"{who} does not set {', '.join(lacking)}; see deep_learner.backends.Backend"
        )
    if get_float32_matmul_precision() != "highest":  # else what the library itself was told holds
        one.set_float32_matmul_precision(get_float32_matmul_precision())
    return one


def _ranked(where: Host) -> list[str]:
    rank = {entry.name: entry.metadata.get("rank", 0) for entry in where.catalogue.entries("backends")}
    return sorted(rank, key=lambda name: (-rank[name], name))


def _working(where: Host, refused: list[str] | None = None, serving: str | None = None) -> Iterator[Backend]:
    """The backends that work, best ranked first; what the others say is added to `refused`."""
    for name in _ranked(where):
        entry = where.find("backends", name)
        if serving is not None and serving not in entry.metadata.get("device_types", (serving,)):
            continue
        try:
            one = made(where, entry)
        except (BackendUnavailableError, PluginError) as error:
            if refused is not None:
                refused.append(str(error))
            continue
        if serving is None or serving in one.device_types:
            yield one


def _serving(where: Host, device: Device) -> Backend:
    refused: list[str] = []
    for one in _working(where, refused, device.type):
        return one
    if refused:
        raise BackendUnavailableError(f"{device!r} cannot be used: " + "\n  ".join(refused))
    distribution = what_to_install("devices", device.type)
    cure = (
        f"\n  to install what provides it: {how_to_install(distribution)}"
        if distribution
        else where.advice("devices")
    )
    served = sorted({kind for one in _working(where, []) for kind in one.device_types})
    raise BackendUnavailableError(
        f"no installed backend serves {device!r}; served here: {', '.join(served) or 'none'}{cure}"
    )


def _choose(where: Host) -> _Choice:
    """Works out backend and device from the settings, and keeps both with them."""
    settings = config.settings()
    name, device = settings.values["backend"], settings.values["device"]
    if name is not None:
        one = _named(where, name, settings.sources["backend"])
    elif device is not None:
        one = _serving(where, device)
    else:
        one = _best(where)
    if device is not None and device.type not in one.device_types:
        raise BackendUnavailableError(
            f"{settings.sources['device']} asks for {device!r}, which the backend {one.name!r} "
            f"({settings.sources['backend']}) does not serve; its devices: {', '.join(one.device_types)}"
        )
    _check_executor(where, settings)
    choice = _Choice(one, Device(one.device_types[0]) if device is None else device)
    settings.derived[where] = choice
    return choice


def _check_executor(where: Host, settings: config.Settings) -> None:
    """Refuse an executor that nobody registers: programs that compile nothing would run without it, and not say so."""
    name = settings.values["executor"]
    if name is None:
        return
    try:
        where.find("executors", name)
    except UnknownNameError as error:
        error.args = (f"{error}\n  {settings.sources['executor']} asks for the executor {name!r}",)
        raise


def _named(where: Host, name: str, source: str) -> Backend:
    try:
        return made(where, where.find("backends", name))
    except (UnknownNameError, BackendUnavailableError, PluginError) as error:
        others = ", ".join(repr(other.name) for other in _working(where)) or "none"
        error.args = (f"{error}\n  {source} asks for the backend {name!r}; those that work here: {others}",)
        raise


def _best(where: Host) -> Backend:
    refused: list[str] = []
    for one in _working(where, refused):
        return one
    lines = "".join(f"\n  {line}" for line in refused)
    raise BackendUnavailableError(
        "no backend that works here is installed" + lines + where.advice("backends")
    )
