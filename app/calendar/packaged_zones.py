"""The clock rules of the `tzdata` package: the PC's own may be years old, and Windows has none."""

from importlib.resources import files

import tzdata

from app.domain.base.zones import Zones


def load_zones() -> Zones:
    """Every zone of the package; each is read when it is first asked for."""
    root = files("tzdata")
    keys = root.joinpath("zones").read_text("utf-8").split()
    folder = root.joinpath("zoneinfo")
    return Zones(tzdata.IANA_VERSION, keys, lambda key: folder.joinpath(*key.split("/")).read_bytes())
