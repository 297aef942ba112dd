"""Asks before another show replaces one that viewers see, and says what they would lose."""

from PySide6.QtWidgets import QWidget

from app.domain.base.localized_text import pick
from app.domain.program.broadcast import BroadcastState
from app.session.studio import Studio
from app.ui.kit.language import tr
from app.ui.kit.questions import choose

STAY, LEAVE, KEEP_ON_AIR = "stay", "leave", "keep"


def is_on_air(studio: Studio) -> bool:
    """Whether viewers see the show, or are about to."""
    return studio.broadcast.state.value is not BroadcastState.IDLE


def goes_on(studio: Studio) -> bool:
    """Whether there is a show that must not end by accident: on air, or its rundown is running."""
    return is_on_air(studio) or studio.control.runner.run.running


def viewers_lose(studio: Studio) -> str:
    """What viewers would lose, in sentences; "" if nothing."""
    show, selling = studio.document.show, studio.control.selling
    language = (show.presentation.host_language,)
    lines = []
    if show.products:
        count = len(show.products)
        lines.append(
            tr("Leaving", "Its product disappears from the viewer page.")
            if count == 1
            else tr("Leaving", "Its {count} products disappear from the viewer page.", count=count)
        )
    if (pinned := selling.pinned) is not None:
        lines.append(tr("Leaving", "“{product}” is unpinned.", product=pick(pinned.name, language)[0] or pinned.sku or pinned.id))
    if selling.shown.drop is not None:
        lines.append(tr("Leaving", "The running coupon ends."))
    return " ".join(lines)


def may_replace(studio: Studio, parent: QWidget) -> bool:
    """Ask before another show replaces a running one; True at once if none is running."""
    if not goes_on(studio):
        return True
    title = studio.document.title
    if is_on_air(studio):
        heading = tr("Leaving", "“{title}” is on air", title=title)
        first = tr("Leaving", "Opening another show immediately changes what your viewers see.")
    else:
        heading = tr("Leaving", "The rundown of “{title}” is still running", title=title)
        first = tr("Leaving", "Opening another show ends the rundown.")
    text = " ".join(filter(None, (first, viewers_lose(studio))))
    answers = (
        (STAY, tr("Leaving", "Keep “{title}”", title=title), "primary"),
        (LEAVE, tr("Leaving", "Open anyway"), "danger"),
    )
    return choose(parent, heading, text, answers, cancel=False) == LEAVE


def ask_before_closing(studio: Studio, parent: QWidget) -> str:
    """STAY, LEAVE (which ends the show) or KEEP_ON_AIR; LEAVE at once if no show is running."""
    if not goes_on(studio):
        return LEAVE
    title = studio.document.title
    stay = (STAY, tr("Leaving", "Keep “{title}” open", title=title), "primary")
    if not is_on_air(studio):
        heading = tr("Leaving", "The rundown of “{title}” is still running", title=title)
        end_it = (LEAVE, tr("Leaving", "End rundown and close"), "danger")
        return choose(parent, heading, tr("Leaving", "Closing Tradewind ends the rundown."), (stay, end_it), cancel=False) or STAY
    text = tr(
        "Leaving",
        "If you end the show, viewers can no longer watch. You can also close this window and stay on air, then reopen Tradewind later.",
    )
    answers = (
        stay,
        (KEEP_ON_AIR, tr("Leaving", "Stay on air and close"), ""),
        (LEAVE, tr("Leaving", "End show"), "danger"),
    )
    heading = tr("Leaving", "“{title}” is on air", title=title)
    return choose(parent, heading, " ".join(filter(None, (text, viewers_lose(studio)))), answers, cancel=False) or STAY
