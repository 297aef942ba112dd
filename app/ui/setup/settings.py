"""The app's settings and the show's output, in forms built from their declarations; changes apply at once."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QListWidget, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from app.domain.base.errors import AppError, Value
from app.domain.base.notice import Notice, Severity
from app.domain.base.schema import Choice, Field, FieldType
from app.domain.program import editing
from app.domain.program.output import EncoderChoice, H264Profile, SpeedPreset
from app.domain.program.project import Project
from app.domain.program.transition import Transition, TransitionKind
from app.ui.context import WindowContext
from app.ui.kit.buttons import push_button
from app.ui.kit.form import Form, Group
from app.ui.kit.labels import label
from app.ui.kit.language import declared, tr
from app.ui.kit.scroll_dialog import ScrollDialog

OUTPUT_FIELDS: tuple[Field, ...] = (
    Field(
        "size",
        FieldType.CHOICE,
        "1280x720",
        "Resolution",
        "On a phone, 720p looks as sharp as 1080p at half the bitrate.",
        choices=(
            Choice("640x360", "360p"),
            Choice("960x540", "540p"),
            Choice("1280x720", "720p"),
            Choice("1920x1080", "1080p"),
            Choice("720x1280", "Portrait 720 × 1280"),
            Choice("1080x1920", "Portrait 1080 × 1920"),
        ),
    ),
    Field("fps", FieldType.INTEGER, 30, "Frame rate", minimum=10, maximum=60, unit="fps"),
    Field("video_kbps", FieldType.INTEGER, 2500, "Video bitrate", minimum=200, maximum=20000, step=100, unit="kbit/s"),
    Field("audio_kbps", FieldType.INTEGER, 128, "Audio bitrate", minimum=32, maximum=256, step=16, unit="kbit/s"),
    Field(
        "transition",
        FieldType.CHOICE,
        "cut",
        "Transition",
        choices=(Choice("cut", "Cut"), Choice("fade", "Fade")),
    ),
    Field("transition_ms", FieldType.INTEGER, 300, "Fade duration", minimum=50, maximum=5000, step=50, unit="ms"),
    Field(
        "encoder",
        FieldType.CHOICE,
        "auto",
        "Encoder",
        "Automatic uses the first encoder that works on this computer, graphics cards first.",
        choices=(
            Choice("auto", "Automatic"),
            Choice("libx264", "CPU (x264)"),
            Choice("h264_nvenc", "NVIDIA NVENC"),
            Choice("h264_qsv", "Intel Quick Sync"),
            Choice("h264_amf", "AMD AMF"),
            Choice("h264_videotoolbox", "Apple VideoToolbox"),
        ),
        advanced=True,
    ),
    Field(
        "preset",
        FieldType.CHOICE,
        "auto",
        "x264 speed",
        "Slower looks better at the same bitrate and uses more CPU.",
        choices=(
            Choice("auto", "Measured at launch"),
            Choice("veryfast", "Very fast"),
            Choice("superfast", "Super fast"),
            Choice("ultrafast", "Ultra fast"),
        ),
        advanced=True,
    ),
    Field(
        "profile",
        FieldType.CHOICE,
        "baseline",
        "H.264 profile",
        "Every relay supports Baseline. High looks slightly better where it’s supported.",
        choices=(Choice("baseline", "Baseline"), Choice("main", "Main"), Choice("high", "High")),
        advanced=True,
    ),
    Field("gop_s", FieldType.NUMBER, 2.0, "Maximum key frame interval", minimum=0.5, maximum=10, step=0.5, unit="s", advanced=True),
    Field("fec", FieldType.FLAG, True, "Audio error correction (FEC)", advanced=True),
    Field("dtx", FieldType.FLAG, False, "Reduce data in silence (DTX)", advanced=True),
)

_Change = Callable[[Project, Value], Project]
_OUTPUT_CHANGES: Mapping[str, _Change] = {
    "size": lambda project, value: _sized(project, str(value)),
    "fps": lambda project, value: editing.replace_canvas(project, fps=int(value)),
    "video_kbps": lambda project, value: editing.replace_video(project, bitrate_kbps=int(value)),
    "audio_kbps": lambda project, value: editing.replace_audio(project, bitrate_kbps=int(value)),
    "transition": lambda project, value: editing.replace_transition(
        project, Transition(TransitionKind(str(value)), project.transition.duration_ms)
    ),
    "transition_ms": lambda project, value: editing.replace_transition(project, Transition(project.transition.kind, int(value))),
    "encoder": lambda project, value: editing.replace_video(project, encoder=EncoderChoice(str(value))),
    "preset": lambda project, value: editing.replace_video(project, preset=SpeedPreset(str(value))),
    "profile": lambda project, value: editing.replace_video(project, profile=H264Profile(str(value))),
    "gop_s": lambda project, value: editing.replace_video(project, gop_s=float(value)),
    "fec": lambda project, value: editing.replace_audio(project, fec=bool(value)),
    "dtx": lambda project, value: editing.replace_audio(project, dtx=bool(value)),
}


def _sized(project: Project, size: str) -> Project:
    width, height = (int(side) for side in size.split("x"))
    return editing.replace_canvas(project, width=width, height=height)


def output_values(project: Project) -> dict[str, Value]:
    """The show's output as the form's values."""
    canvas, video, audio = project.output.canvas, project.output.video, project.output.audio
    return {
        "size": f"{canvas.width}x{canvas.height}",
        "fps": canvas.fps,
        "video_kbps": video.bitrate_kbps,
        "audio_kbps": audio.bitrate_kbps,
        "transition": project.transition.kind.value,
        "transition_ms": project.transition.duration_ms,
        "encoder": video.encoder.value,
        "preset": video.preset.value,
        "profile": video.profile.value,
        "gop_s": video.gop_s,
        "fec": audio.fec,
        "dtx": audio.dtx,
    }


class SettingsPages(QWidget):
    """A list of groups on the left, the chosen group's form on the right."""

    def __init__(self, context: WindowContext, groups: Sequence[Group], page: int = 0) -> None:
        super().__init__()
        self._context = context
        self.forms: list[Form] = []
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(16)
        self.list = QListWidget()
        self.list.setFixedWidth(160)
        self.list.setAccessibleName(tr("Settings", "Settings sections"))
        self._pages = QStackedWidget()
        layout.addWidget(self.list)
        layout.addWidget(self._pages, 1)
        self._add_page(tr("Settings", "This show"), OUTPUT_FIELDS, self._set_output, tr("Settings", "Saved in the show’s file."))
        for group in groups:
            self._add_page(declared(group.title), group.fields, self._set, tr("Settings", "Saved on this computer."))
        self.list.currentRowChanged.connect(self._pages.setCurrentIndex)
        self.list.setCurrentRow(page)
        context.bridge.settings_changed.connect(self._show_values)
        context.bridge.project_changed.connect(self._show_values)
        self._show_values()

    def _add_page(self, title: str, fields: Sequence[Field], change: Callable[[str, Value], None], note: str) -> None:
        self.list.addItem(title)
        form = Form(fields, self._context.editor_resources)
        form.changed.connect(change)
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 12, 0)
        layout.addWidget(label(note, "hint", wrap=True))
        layout.addWidget(form, 1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(page)
        self._pages.addWidget(scroll)
        self.forms.append(form)
        if "turn_username" in form.keys:
            self._add_turn_password(form)

    def _add_turn_password(self, form: Form) -> None:
        self.turn_password = QLineEdit()
        self.turn_password.setEchoMode(QLineEdit.EchoMode.Password)
        self.turn_password.setAccessibleName(tr("Settings", "TURN password"))
        self.turn_password.editingFinished.connect(self._keep_turn_password)
        form.add_below(
            "turn_username",
            tr("Settings", "TURN password"),
            self.turn_password,
            tr("Settings", "Saved in the system keyring, never in a file."),
        )
        self._context.bridge.relays_changed.connect(self._show_turn_password)  # the keyring may answer late
        self._show_turn_password()

    def _show_turn_password(self) -> None:
        has_server = bool(self._context.studio.settings.value.turn_server.strip())  # the password is only for this server
        self.turn_password.setEnabled(has_server)
        self.turn_password.setPlaceholderText("" if has_server else tr("Settings", "Enter the server first"))
        if not self.turn_password.hasFocus():
            self.turn_password.setText(self._context.studio.relays.turn_password)

    def _keep_turn_password(self) -> None:
        if self.turn_password.text() != self._context.studio.relays.turn_password:
            self._context.studio.relays.set_turn_password(self.turn_password.text())

    def _show_values(self) -> None:
        studio = self._context.studio
        self.forms[0].show_values(output_values(studio.document.project))
        for form in self.forms[1:]:
            form.show_values({key: getattr(studio.settings.value, key) for key in form.keys})

    def _set(self, key: str, value: Value) -> None:
        try:
            self._context.studio.settings.change(key, value)
        except AppError as error:
            self._context.bridge.tell(Notice(Severity.ERROR, error.code, error.data, subject=key))

    def _set_output(self, key: str, value: Value) -> None:
        self._context.edit("Change output", lambda project: _OUTPUT_CHANGES[key](project, value), merge=f"output:{key}")


class SettingsDialog(ScrollDialog):
    """The pages with a Close button."""

    def __init__(self, context: WindowContext, groups: Sequence[Group], parent: QWidget, page: int = 0) -> None:
        super().__init__(parent, tr("Settings", "Settings"))
        self.resize(760, 560)
        self.pages = SettingsPages(context, groups, page)
        self.body.addWidget(self.pages, 1)
        self.buttons.addWidget(push_button(tr("Settings", "Close"), self.accept, role="primary"))

    @property
    def page(self) -> int:
        """Which page is shown."""
        return self.pages.list.currentRow()
