"""The folders and files that Tradewind uses on each system."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from app.storage.files import storage_error

NAME = "tradewind"
HOME_VARIABLE = "TRADEWIND_HOME"
RESOURCES = Path(__file__).resolve().parents[2] / "resources"


@dataclass(frozen=True, slots=True)
class Paths:
    """config: the user's choices; state: what Tradewind remembers (recovery, recent shows, logs); cache: can be deleted at any time;
    runtime: sockets, locks and the preview; documents: default folder for shows."""

    config: Path
    state: Path
    cache: Path
    runtime: Path
    documents: Path
    resources: Path = RESOURCES

    @property
    def settings(self) -> Path:
        return self.config / "settings.json"

    @property
    def consents(self) -> Path:
        """Which servers each show may connect to."""
        return self.state / "connections.json"

    @property
    def recents(self) -> Path:
        return self.state / "recent.json"

    @property
    def recovery(self) -> Path:
        return self.state / "recovery"

    @property
    def unsaved(self) -> Path:
        """Shows without a file of their own that were replaced by another show."""
        return self.state / "unsaved"

    @property
    def last_time_zone(self) -> Path:
        """The computer's last time zone."""
        return self.state / "place"

    @property
    def backups(self) -> Path:
        return self.state / "backups"

    @property
    def logs(self) -> Path:
        return self.state / "logs"

    @property
    def notices(self) -> Path:
        return self.resources / "notices"

    @property
    def findings(self) -> Path:
        return self.resources / "findings"

    @property
    def markets(self) -> Path:
        return self.resources / "markets"

    @property
    def calendar(self) -> Path:
        """Tables of festivals and permits."""
        return self.resources / "calendar"

    @property
    def plugins(self) -> tuple[Path, Path]:
        """The folders with plugins: the bundled ones and the user's own."""
        return self.resources.parent / "plugins", self.config / "plugins"

    @property
    def plugin_settings(self) -> Path:
        return self.config / "plugins.json"

    @property
    def plugin_data(self) -> Path:
        return self.state / "plugins"

    @property
    def sample_show(self) -> Path:
        return self.resources / "sample_show"

    @property
    def relay_presets(self) -> Path:
        return self.resources / "relays"

    @property
    def table_profiles(self) -> Path:
        return self.resources / "table_profiles"

    @property
    def card_themes(self) -> Path:
        return self.resources / "cards"

    @property
    def card_phrases(self) -> Path:
        return self.resources / "phrases" / "cards.toml"

    @property
    def announcement_phrases(self) -> Path:
        return self.resources / "phrases" / "announcements.toml"

    @property
    def reply_phrases(self) -> Path:
        return self.resources / "phrases" / "replies.toml"

    @property
    def slang(self) -> tuple[Path, Path]:
        """The folders with chat shorthand: ours and the user's own."""
        return self.resources / "translation" / "slang", self.config / "translation" / "slang"

    @property
    def profanity(self) -> tuple[Path, Path]:
        """The folders with words that translations do not show: ours and the user's own."""
        return self.resources / "translation" / "profanity", self.config / "translation" / "profanity"

    def make(self) -> None:
        """Create the folders, accessible to this user only; raises StorageError for the one that fails."""
        for folder in (self.config, self.state, self.cache, self.runtime):
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                raise storage_error(error, folder) from error


def find_paths(environment: Mapping[str, str] = os.environ) -> Paths:
    """This user's folders; TRADEWIND_HOME puts all of them into one folder."""
    documents = platformdirs.user_documents_path()
    if home := environment.get(HOME_VARIABLE):
        root = Path(home).expanduser().absolute()
        return Paths(root / "config", root / "state", root / "cache", root / "run", documents)
    return Paths(
        config=platformdirs.user_config_path(NAME, appauthor=False, roaming=True),
        state=platformdirs.user_state_path(NAME, appauthor=False),
        cache=platformdirs.user_cache_path(NAME, appauthor=False),
        runtime=_runtime(environment),
        documents=documents,
    )


def _runtime(environment: Mapping[str, str]) -> Path:
    """The session's runtime folder. Where Linux has none, use the state folder, because /tmp is shared."""
    if sys.platform == "linux" and not environment.get("XDG_RUNTIME_DIR"):
        return platformdirs.user_state_path(NAME, appauthor=False) / "run"
    return platformdirs.user_runtime_path(NAME, appauthor=False)
