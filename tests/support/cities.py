"""City names of time zones for the viewer page, from CLDR.

`python -m tests.support.cities` writes them again after an update of tzdata or babel.
"""

import json
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

from babel import Locale
from babel.core import get_global

LANGUAGES: Mapping[str, str] = {
    "ar": "ar",
    "de": "de",
    "en": "en",
    "es": "es",
    "fr": "fr",
    "id": "id",
    "ja": "ja",
    "ko": "ko",
    "pt": "pt_BR",
    "th": "th",
    "vi": "vi",
    "zh": "zh_Hans",
}
NOT_PLACES = ("Etc/", "US/", "Canada/", "Brazil/", "Mexico/", "Chile/")


def zone_keys() -> tuple[str, ...]:
    """Return zones named after places, with current and older names, because browsers still use older ones."""
    keys = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    return tuple(sorted(key for key in keys if "/" in key and not key.startswith(NOT_PLACES)))


def cities(language: str) -> Mapping[str, str]:
    """Return zone → city where the city differs from the zone's name."""
    known = Locale.parse(LANGUAGES[language]).time_zones
    older: dict[str, list[str]] = {}
    for old, new in get_global("zone_aliases").items():
        older.setdefault(new, []).append(old)
    found = {}
    for key in zone_keys():
        named = next((known[one]["city"] for one in (key, *older.get(key, ())) if "city" in known.get(one, {})), None)
        if named is not None and named != key.rsplit("/", 1)[1].replace("_", " "):
            found[key] = named
    return found


def module(language: str) -> str:
    """Return the content of the page's file."""
    lines = [f"  {json.dumps(key)}: {json.dumps(city, ensure_ascii=False)}," for key, city in cities(language).items()]
    return "\n".join(["// Cities of time zones (CLDR), made by tests/support/cities.py.", "export default {", *lines, "};", ""])


def write(folder: Path) -> None:
    """Write the files of all languages."""
    for language in LANGUAGES:
        (folder / f"cities-{language}.js").write_text(module(language), encoding="utf-8")


if __name__ == "__main__":
    write(Path(__file__).parents[2] / "resources" / "viewer")
