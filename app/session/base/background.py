"""Background tasks whose failure becomes a notice."""

from collections.abc import Callable

from app.aio.owned_tasks import OwnedTasks
from app.domain.base.notice import Notice, Severity


def background_tasks(notify: Callable[[Notice], None]) -> OwnedTasks:
    """An owner of tasks that turns each failure into a notice."""

    def tell(name: str, error: BaseException) -> None:
        notify(Notice(Severity.ERROR, "studio.task_failed", {"task": name, "reason": str(error)}))

    return OwnedTasks(tell)
