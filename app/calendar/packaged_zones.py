"""The clock rules of the `tzdata` package: the computer's own may be years old, and Windows has none."""

from importlib.resources import files

import tzdata

from app.domain.base.zones import Zones


def load_zones() -> Zones:
    """All zones of the package; each is read when first used."""
    root = files("tzdata")
    keys = root.joinpath("zones").read_text("utf-8").split()
    folder = root.joinpath("zoneinfo")
    return Zones(tzdata.IANA_VERSION, keys, lambda key: folder.joinpath(*key.split("/")).read_bytes())
