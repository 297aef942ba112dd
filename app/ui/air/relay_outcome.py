"""The result of a connection test, in words."""

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QVBoxLayout

from app.domain.program.broadcast import Step
from app.domain.program.packet import Codec
from app.domain.program.trial import RelayTrial
from app.ui.context import WindowContext
from app.ui.figures import milliseconds
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.kit.theme import set_property

PATIENCE_MS = 60_000  # each step of a test has its own limit; an engine that dies meanwhile answers nothing


def hint(step: str) -> str:
    """What to do about a failure at this step. A notice's own help would say that it retries, which a test does not."""
    return {
        Step.NAME.value: tr("Relay", "Check the address for typos, and check your network."),
        Step.TCP.value: tr("Relay", "Check the network, the port in the address and any firewall."),
        Step.TLS.value: tr("Relay", "The server’s certificate isn’t valid. Check the address, or contact the relay’s administrator."),
        Step.HTTP.value: tr("Relay", "Check the address and the token."),
        Step.SDP.value: tr("Relay", "The server may not be a WHIP relay. Check the address."),
        Step.ICE.value: tr(
            "Relay", "UDP to the relay may be blocked. Open its ports in the firewall, or enter a TURN server in the settings."
        ),
        Step.DTLS.value: tr("Relay", "Something on the network changes or blocks the encrypted connection. Try another network."),
    }.get(step, "")


class RelayOutcome(QFrame):
    """A headline and its details; hidden until something was tested."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self.setObjectName("card")
        self._context = context
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(3)
        self.headline = label("", "outcome", wrap=True)
        self.detail = label("", "muted", wrap=True)
        layout.addWidget(self.headline)
        layout.addWidget(self.detail)
        self._silent = QTimer(self)
        self._silent.setSingleShot(True)
        self._silent.setInterval(PATIENCE_MS)
        self._silent.timeout.connect(lambda: self._show("error", tr("Relay", "No answer from the engine."), tr("Relay", "Try again.")))
        self.hide()

    def show_running(self) -> None:
        """Say that the test is running."""
        self._silent.start()
        self._show("", tr("Relay", "Testing…"), tr("Relay", "This can take up to 30 seconds."))

    def show_live(self) -> None:
        """Say that a test is not possible now."""
        self._show(
            "good",
            tr("Relay", "You’re on air on this relay."),
            tr("Relay", "A second connection could end the first, so the test was skipped."),
        )

    def show_trial(self, trial: RelayTrial, name: str) -> None:
        """Say what worked and what did not."""
        self._silent.stop()
        if not trial.failure:
            video = tr("Relay", "H.264 video") if trial.codec is Codec.H264 else tr("Relay", "VP8 video")
            takes = tr("Relay", "{video} and audio", video=video) if trial.sound else tr("Relay", "{video}, but no audio", video=video)
            words = tr(
                "Relay",
                "It answered within {answer} and accepts {takes}. Connected after {total}.",
                answer=milliseconds(trial.answer_ms),
                takes=takes,
                total=milliseconds(trial.total_ms),
            )
            self._show("good" if trial.sound else "warning", tr("Relay", "Test passed."), words)
            return
        sentence = self._context.wordings.sentence(trial.failure, {"relay": name, **dict(trial.failure_data)})
        headline = tr("Relay", "Test failed.")
        if trial.answered:
            headline = tr("Relay", "The relay accepted the token, but video and audio can’t get through.")
        step = str(dict(trial.failure_data).get("step", ""))
        self._show("error", headline, "\n".join(filter(None, (sentence.text, hint(step)))))

    def _show(self, level: str, headline: str, detail: str) -> None:
        self.headline.setText(headline)
        self.detail.setText(detail)
        set_property(self.headline, "level", level)
        self.show()
