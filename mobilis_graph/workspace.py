"""
What one user has on the canvas, as a value: who is drawn, hidden, pinned, selected, and as of when.

Every function returns a new workspace. What changes the picture can be undone and redone; selecting
cannot, for it changes nothing. Ids are only remembered here: whether the viewer may see them is
asked of the store each time they are drawn.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

MOST_STEPS = 100  # steps that can be undone


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is drawn: what undo brings back."""

    shown: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()
    pinned: frozenset[str] = frozenset()
    muted: frozenset[str] = frozenset()  # node types switched off in the legend

    @property
    def drawn(self) -> tuple[str, ...]:
        """The ids asked for and not hidden by hand, in the order they came."""
        return tuple(i for i in self.shown if i not in self.hidden)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """The canvas of one user. `line` is the id of a selected tie."""

    view: View = field(default_factory=View)
    selected: tuple[str, ...] = ()
    line: str | None = None
    as_of: str | None = None
    known_on: str | None = None
    past: tuple[View, ...] = ()
    future: tuple[View, ...] = ()

    @property
    def ids(self) -> frozenset[str]:
        """Every id it remembers, also in its undone and redone steps."""
        views = (self.view, *self.past, *self.future)
        return frozenset(i for v in views for i in (*v.shown, *v.hidden, *v.pinned)) | frozenset(self.selected)


def handle(action: Mapping[str, Any], workspace: Workspace, *, found: Iterable[str] = ()) -> Workspace:
    """Return the workspace after one action of the canvas; an unknown action changes nothing.

    `found` are the ids the store gave for an action that asks it (`start`, `expand`, `only`, `show`).
    """
    view, ids = workspace.view, _ids(action)
    match action.get("op"):
        case "select":
            line = action.get("line")
            return replace(workspace, selected=ids, line=line if isinstance(line, str) else None)
        case "show" | "expand":
            return _change(workspace, replace(view, shown=_joined(view.shown, found), hidden=view.hidden - set(ids)))
        case "start" | "only":
            return _change(workspace, replace(view, shown=_joined((), found), hidden=frozenset()), selected=ids)
        case "hide":
            return _change(workspace, replace(view, hidden=view.hidden | set(ids)), selected=(), line=None)
        case "unhide":
            return _change(workspace, replace(view, hidden=frozenset()))
        case "pin":
            return _change(workspace, replace(view, pinned=_toggled(view.pinned, ids)))
        case "mute":
            return _change(workspace, replace(view, muted=view.muted ^ {str(action.get("type"))}))
        case "undo" if workspace.past:
            *past, last = workspace.past
            return replace(workspace, view=last, past=tuple(past), future=(view, *workspace.future))
        case "redo" if workspace.future:
            first, *future = workspace.future
            return replace(workspace, view=first, past=(*workspace.past, view), future=tuple(future))
    return workspace


def only_seen(workspace: Workspace, seen: Collection[str]) -> Workspace:
    """Return the workspace as if the ids outside `seen` had never been in it, in no step at all."""
    past = _without_repeats((*(_cut(v, seen) for v in workspace.past), view := _cut(workspace.view, seen)))[:-1]
    future = _without_repeats((view, *(_cut(v, seen) for v in workspace.future)))[1:]
    selected = tuple(i for i in workspace.selected if i in seen)
    return replace(workspace, view=view, past=past, future=future, selected=selected, line=None)


def to_json(workspace: Workspace) -> dict[str, Any]:
    """The workspace as plain values that JSON knows, to be kept."""
    return {
        "view": _plain(workspace.view),
        "selected": list(workspace.selected),
        "line": workspace.line,
        "as_of": workspace.as_of,
        "known_on": workspace.known_on,
        "past": [_plain(v) for v in workspace.past],
        "future": [_plain(v) for v in workspace.future],
    }


def from_json(kept: Mapping[str, Any]) -> Workspace:
    """The workspace that `to_json` wrote."""
    return Workspace(
        view=_view(kept["view"]),
        selected=tuple(kept["selected"]),
        line=kept["line"],
        as_of=kept["as_of"],
        known_on=kept["known_on"],
        past=tuple(_view(v) for v in kept["past"]),
        future=tuple(_view(v) for v in kept["future"]),
    )


def _change(workspace: Workspace, view: View, **others: Any) -> Workspace:
    """One more step that can be undone; a step that changes nothing is none."""
    if view == workspace.view:
        return replace(workspace, **others)
    past = (*workspace.past, workspace.view)[-MOST_STEPS:]
    return replace(workspace, view=view, past=past, future=(), **others)


def _ids(action: Mapping[str, Any]) -> tuple[str, ...]:
    given = action.get("ids")
    return tuple(i for i in given if isinstance(i, str)) if isinstance(given, list | tuple) else ()


def _joined(old: Iterable[str], new: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*old, *new)))


def _toggled(pinned: frozenset[str], ids: Collection[str]) -> frozenset[str]:
    return pinned - set(ids) if set(ids) <= pinned else pinned | set(ids)


def _cut(view: View, seen: Collection[str]) -> View:
    return replace(
        view,
        shown=tuple(i for i in view.shown if i in seen),
        hidden=view.hidden & set(seen),
        pinned=view.pinned & set(seen),
    )


def _without_repeats(views: tuple[View, ...]) -> tuple[View, ...]:
    return tuple(v for i, v in enumerate(views) if i == 0 or v != views[i - 1])


def _plain(view: View) -> dict[str, list[str]]:
    return {
        "shown": list(view.shown),
        "hidden": sorted(view.hidden),
        "pinned": sorted(view.pinned),
        "muted": sorted(view.muted),
    }


def _view(kept: Mapping[str, Any]) -> View:
    return View(
        shown=tuple(kept["shown"]),
        hidden=frozenset(kept["hidden"]),
        pinned=frozenset(kept["pinned"]),
        muted=frozenset(kept["muted"]),
    )
