"""Builds the objects of an open show: its document, file and log."""

from collections.abc import Callable
from dataclasses import dataclass

from app.domain.base.clock import Clock
from app.domain.base.notice import Notice
from app.domain.show import Show
from app.session.document.autosave import Autosave, Post
from app.session.document.document import Document
from app.session.document.show_files import ShowFiles
from app.session.document.show_log import ShowLog
from app.session.document.show_pictures import ShowPictures
from app.storage.paths import Paths
from app.storage.working_files import WorkingFiles


@dataclass(frozen=True, slots=True)
class OpenShow:
    """`document` holds the show, `autosave` writes it, `log` has its events, `pictures` its pictures, `files` opens and saves."""

    document: Document
    autosave: Autosave
    log: ShowLog
    pictures: ShowPictures
    files: ShowFiles


def make_open_show(*, paths: Paths, clock: Clock, new_show: Callable[[], Show], notify: Callable[[Notice], None], post: Post) -> OpenShow:
    """An empty show without a file."""
    document = Document(new_show())
    working = WorkingFiles(paths.recovery)
    autosave = Autosave(document, working, notify=notify, post=post)
    show_log = ShowLog(autosave, clock, notify)
    pictures = ShowPictures(autosave, clock)
    files = ShowFiles(
        document=document,
        autosave=autosave,
        log=show_log,
        pictures=pictures,
        working=working,
        paths=paths,
        clock=clock,
        new_show=new_show,
        notify=notify,
        post=post,
    )
    return OpenShow(document, autosave, show_log, pictures, files)
