"""The table of everything a user can do, which menus, the toolbar, keys and the palette read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from app.domain.base.errors import AppError


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a user can do. `title` is English and the window translates it; `shortcut` is Qt's portable text ("" = none), `icon` a name
    of the icon family.

    `run` is None for what needs a window (a file dialog) until the window provides it. `checked` gives the state of a switch.
    """

    id: str
    title: str
    shortcut: str = ""
    icon: str = ""
    run: Callable[[], object] | None = None
    when: Callable[[], bool] = _always
    checked: Callable[[], bool] | None = None

    def enabled(self) -> bool:
        """Whether it can run now."""
        return self.run is not None and self.when()


def run_action(action: Action, failed: Callable[[AppError], None]) -> bool:
    """Run an action if it is enabled; True if it ran. `failed` is called with the error when the action refuses."""
    if action.run is None or not action.when():
        return False
    try:
        action.run()
    except AppError as error:
        failed(error)
        return False
    return True


class ActionTable:
    """The actions by id, in menu order. `failed` is called with the error of an action that refuses."""

    def __init__(self, failed: Callable[[AppError], None]) -> None:
        self.failed = failed
        self._actions: dict[str, Action] = {}

    def __iter__(self) -> Iterator[Action]:
        return iter(tuple(self._actions.values()))

    def __getitem__(self, action_id: str) -> Action:
        """Raises AppError "action.unknown"."""
        try:
            return self._actions[action_id]
        except KeyError as error:
            raise AppError("action.unknown", action=action_id) from error

    def __contains__(self, action_id: object) -> bool:
        return action_id in self._actions

    def add(self, action: Action) -> None:
        """Add one; raises AppError "action.doubled" for an id or a shortcut that another has."""
        if action.id in self._actions or (action.shortcut and any(one.shortcut == action.shortcut for one in self)):
            raise AppError("action.doubled", action=action.id, shortcut=action.shortcut)
        self._actions[action.id] = action

    def provide(self, action_id: str, run: Callable[[], object]) -> None:
        """Run this instead: a window asks for a path or a confirmation first."""
        self._actions[action_id] = replace(self[action_id], run=run)

    def run(self, action_id: str) -> bool:
        """Run an action if it is enabled; True if it ran. The user is told when it refuses."""
        return run_action(self[action_id], self.failed)
