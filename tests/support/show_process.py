"""A process that edits and logs a show until it is killed, and prints what was stored."""

import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from app.domain.base.local_time import LocalTime
from app.domain.catalogue.product import Product
from app.domain.event import EventKind
from app.domain.planning.schedule import Airing
from app.domain.planning.schedule_editing import on_schedule, put_airing
from app.domain.show import Show
from app.domain.show_editing import move_products, put_product, remove_products
from app.storage.show_file import ShowFile
from app.storage.show_pictures import make_picture

PNG = b"\x89PNG\r\n\x1a\n"


def edited(show: Show, number: int) -> Show:
    """Return the next state: the project's name is its number; products are added, changed, moved and removed, and the plan grows."""
    show = replace(show, project=replace(show.project, name=str(number)))
    show = put_product(show, Product(f"p{number % 50}", {"en": f"Product {number} " + "x" * 500}))
    if number % 7 == 0:
        show = move_products(show, [show.products[-1].id], 0)
    if number % 11 == 0 and len(show.products) > 1:
        show = remove_products(show, [show.products[1].id])
    airing = Airing(f"a{number % 40}", f"Show {number}", LocalTime(datetime(2027, 1, 1 + number % 28, 20), "Europe/Berlin"))
    return on_schedule(lambda plan: put_airing(plan, airing))(show)


def run(path: Path) -> None:
    """Print "number seq picture" once all three are stored."""
    file = ShowFile.open(path)
    show = file.writer.show
    number = int(show.project.name)
    while True:
        for _ in range(3):
            number += 1
            show = edited(show, number)
            file.writer.put(show)
            file.log(EventKind.VIEWER_LEFT, number, {"number": number})
        picture = make_picture(PNG + str(number).encode() * 100, number)
        file.writer.add_picture(picture)
        file.writer.flush()
        sys.stdout.write(f"{number} {file.last_seq} {picture.id}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    run(Path(sys.argv[1]))
