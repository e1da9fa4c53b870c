"""What `deep-learner plugins` shows: one row for every plugin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import BackendUnavailableError, PluginError
from .catalogue import CATEGORIES, ambiguity
from .host import Host, host

if TYPE_CHECKING:
    from .loader import Plugin

__all__ = ["rows"]


def rows(of: Host | None = None) -> list[dict[str, Any]]:
    """One row for every plugin found, ready to be printed or written as JSON.

    Parameters
    ----------
    of : Host, optional
        Whose plugins; the host in use unless given.

    Returns
    -------
    list of dict
        `name`, `distribution`, `version`: text; `hooks`: the hooks it implements; `provides`: names by
        category; `details`: what its backends say of their libraries and of the machine, by name; `state`:
        `"ready"`, `"broken"` (nothing of it works), `"damaged"` (some of it does not), `"unavailable"` (its backend
        cannot run here) or `"clash"` (another distribution registers the same name and nothing chooses);
        `reason`: why it is not ready, or an empty text.
    """
    chosen = host() if of is None else of
    return [_row(chosen, plugin) for plugin in chosen.plugins]


def _row(of: Host, plugin: Plugin) -> dict[str, Any]:
    details = _details(of, plugin)
    state, reason = _state(of, plugin)
    mine = [entry for entry in of.catalogue.entries() if _brought(entry, plugin)]
    provides = {one: [entry.name for entry in mine if entry.category == one] for one in CATEGORIES}
    return {
        "name": plugin.name,
        "distribution": plugin.distribution,
        "version": plugin.version,
        "hooks": plugin.hooks,
        "provides": {category: names for category, names in provides.items() if names},
        "details": details,
        "state": state,
        "reason": reason,
    }


def _state(of: Host, plugin: Plugin) -> tuple[str, str]:
    unavailable = _unavailable(of, plugin)
    if plugin.failures:
        reasons = [f"{failure.stage}: {failure.error}" for failure in plugin.failures]
        return "broken" if plugin.broken else "damaged", "; ".join(reasons)
    if unavailable:
        return "unavailable", "; ".join(unavailable)
    clashes = [
        ambiguity(category, name, entries)
        for category, name, entries in of.catalogue.clashes()
        if any(_brought(entry, plugin) for entry in entries)
    ]
    return ("clash", "; ".join(clashes)) if clashes else ("ready", "")


def _details(of: Host, plugin: Plugin) -> dict[str, str]:
    """What the working backends of a plugin say of themselves; that one fails at it is remembered."""
    from .. import backends

    found: dict[str, str] = {}
    for entry in of.catalogue.entries("backends"):
        if _brought(entry, plugin):
            try:
                found.update(backends.made(of, entry).details())
            except (BackendUnavailableError, PluginError):
                continue
            except Exception as error:  # another's code, asked for a description
                plugin.failed(f"details of {entry.name!r}", error)
    return found


def _unavailable(of: Host, plugin: Plugin) -> list[str]:
    from .. import backends  # backends are themselves looked up through the host

    reasons: list[str] = []
    for entry in of.catalogue.entries("backends"):
        if _brought(entry, plugin):
            try:
                backends.made(of, entry)
            except (BackendUnavailableError, PluginError) as error:
                reasons.append(str(error))
    return reasons


def _brought(entry: Any, plugin: Plugin) -> bool:
    return (entry.distribution, entry.plugin) == (plugin.distribution, plugin.name)
