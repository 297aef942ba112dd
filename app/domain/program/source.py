"""Sources of video and sound, and the settings of each kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from app.domain.base.errors import FieldError, Value
from app.domain.base.schema import Choice, Field, FieldType, completed


class SourceKind(Enum):
    """The built-in kinds; the value is stored in files."""

    CAMERA = "camera"
    SCREEN = "screen"
    MEDIA = "media"
    IMAGE = "image"
    COLOUR = "colour"
    TEXT = "text"
    TEST_CARD = "test_card"
    MICROPHONE = "microphone"
    TONE = "tone"


@dataclass(frozen=True, slots=True)
class Source:
    """One source of a project; scenes place it as layers, the mixer has a strip for it if it has sound.

    `settings` holds only what differs from the kind's defaults or was set by the user; `settings_of` adds the defaults.
    """

    id: str
    name: str
    kind: SourceKind
    settings: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KindDeclaration:
    """A kind: English title, icon name, whether it has video and sound, its fields in form order."""

    kind: SourceKind
    title: str
    icon: str
    has_video: bool
    has_sound: bool
    fields: tuple[Field, ...]


_MATRIX = Field(
    "matrix",
    FieldType.CHOICE,
    "auto",
    "Colour matrix",
    "How the device encodes colour. Keep Automatic unless skin looks too red or too green.",
    choices=(Choice("auto", "Automatic"), Choice("bt601", "BT.601"), Choice("bt709", "BT.709")),
    advanced=True,
)
_RANGE = Field(
    "range",
    FieldType.CHOICE,
    "auto",
    "Colour range",
    "Keep Automatic unless blacks look grey or shadows lose detail.",
    choices=(Choice("auto", "Automatic"), Choice("limited", "Limited (16–235)"), Choice("full", "Full (0–255)")),
    advanced=True,
)

_CAMERA = KindDeclaration(
    SourceKind.CAMERA,
    "Camera",
    "camera",
    True,
    False,
    (
        Field("device", FieldType.CAMERA, "", "Camera", "The camera to use. An address (rtsp:// or http://) works too."),
        Field("width", FieldType.INTEGER, 1280, "Width", minimum=160, maximum=3840, unit="px"),
        Field("height", FieldType.INTEGER, 720, "Height", minimum=120, maximum=2160, unit="px"),
        Field("fps", FieldType.INTEGER, 30, "Frame rate", minimum=1, maximum=120, unit="fps"),
        Field(
            "format",
            FieldType.CHOICE,
            "mjpeg",
            "Format",
            "MJPEG allows high frame rates over USB; uncompressed uses less CPU at small sizes.",
            choices=(Choice("mjpeg", "MJPEG"), Choice("raw", "Uncompressed"), Choice("auto", "Driver default")),
        ),
        Field("mirror", FieldType.FLAG, False, "Mirror", "Mirrors the video. Text on products is mirrored too."),
        _MATRIX,
        _RANGE,
    ),
)
_SCREEN = KindDeclaration(
    SourceKind.SCREEN,
    "Screen",
    "screen",
    True,
    False,
    (
        Field("monitor", FieldType.MONITOR, 1, "Monitor", minimum=0, maximum=16),
        Field("left", FieldType.INTEGER, 0, "Left edge", minimum=0, maximum=16384, unit="px"),
        Field("top", FieldType.INTEGER, 0, "Top edge", minimum=0, maximum=16384, unit="px"),
        Field("width", FieldType.INTEGER, 0, "Width", "0 = the whole monitor.", minimum=0, maximum=16384, unit="px"),
        Field("height", FieldType.INTEGER, 0, "Height", "0 = the whole monitor.", minimum=0, maximum=16384, unit="px"),
        Field("fps", FieldType.INTEGER, 15, "Frame rate", minimum=1, maximum=60, unit="fps"),
        Field("cursor", FieldType.FLAG, True, "Show the mouse pointer"),
    ),
)
_MEDIA = KindDeclaration(
    SourceKind.MEDIA,
    "Video or music",
    "media",
    True,
    True,
    (
        Field(
            "location",
            FieldType.FILE,
            "",
            "File or address",
            patterns=("*.mp4", "*.mov", "*.mkv", "*.webm", "*.m4a", "*.mp3", "*.wav", "*.ogg", "*.flac", "*.avi", "*.ts"),
        ),
        Field("loop", FieldType.FLAG, True, "Loop"),
        Field("paused", FieldType.FLAG, False, "Paused"),
        Field("start_s", FieldType.NUMBER, 0.0, "Start at", minimum=0, maximum=86400, step=0.1, unit="s"),
        Field("end_s", FieldType.NUMBER, 0.0, "End at", "0 = plays to the end.", minimum=0, maximum=86400, step=0.1, unit="s"),
    ),
)
_IMAGE = KindDeclaration(
    SourceKind.IMAGE,
    "Picture",
    "image",
    True,
    False,
    (Field("file", FieldType.FILE, "", "File", patterns=("*.png", "*.jpg", "*.jpeg", "*.webp", "*.gif")),),
)
_COLOUR = KindDeclaration(
    SourceKind.COLOUR,
    "Colour",
    "colour",
    True,
    False,
    (Field("colour", FieldType.COLOUR, "#1e6f5cff", "Colour"),),
)
_TEXT = KindDeclaration(
    SourceKind.TEXT,
    "Text",
    "text",
    True,
    False,
    (
        Field("text", FieldType.PARAGRAPH, "", "Text"),
        Field("font", FieldType.FONT, "", "Font"),
        Field("size", FieldType.INTEGER, 64, "Size", "Relative to 1080p.", minimum=8, maximum=400, unit="px"),
        Field("bold", FieldType.FLAG, False, "Bold"),
        Field("italic", FieldType.FLAG, False, "Italic"),
        Field("colour", FieldType.COLOUR, "#ffffffff", "Colour"),
        Field("outline_width", FieldType.INTEGER, 0, "Outline", minimum=0, maximum=40, unit="px"),
        Field("outline_colour", FieldType.COLOUR, "#000000ff", "Outline colour"),
        Field("box_colour", FieldType.COLOUR, "#00000000", "Box colour"),
        Field("box_padding", FieldType.INTEGER, 16, "Box padding", minimum=0, maximum=200, unit="px"),
        Field("box_radius", FieldType.INTEGER, 12, "Box corners", minimum=0, maximum=200, unit="px"),
        Field(
            "align",
            FieldType.CHOICE,
            "start",
            "Alignment",
            choices=(Choice("start", "Start"), Choice("centre", "Centre"), Choice("end", "End")),
        ),
        Field("wrap_width", FieldType.INTEGER, 0, "Wrap width", "0 = never.", minimum=0, maximum=4000, unit="px"),
    ),
)
_TEST_CARD = KindDeclaration(
    SourceKind.TEST_CARD,
    "Test card",
    "test-card",
    True,
    False,
    (
        Field(
            "flash",
            FieldType.FLAG,
            True,
            "Flash every second",
            "White at every full second. Use it with a beeping tone to check lip sync.",
        ),
    ),
)
_MICROPHONE = KindDeclaration(
    SourceKind.MICROPHONE,
    "Microphone",
    "microphone",
    False,
    True,
    (
        Field("device", FieldType.MICROPHONE, "", "Microphone", "The system default follows changes in the system settings."),
        Field(
            "channels",
            FieldType.CHOICE,
            "both",
            "Channels",
            "For a microphone on one channel of an audio interface, choose left or right.",
            choices=(
                Choice("both", "Stereo"),
                Choice("left", "Left channel on both sides"),
                Choice("right", "Right channel on both sides"),
                Choice("mono", "Mono"),
            ),
        ),
    ),
)
_TONE = KindDeclaration(
    SourceKind.TONE,
    "Test tone",
    "tone",
    False,
    True,
    (
        Field("frequency_hz", FieldType.NUMBER, 440.0, "Frequency", minimum=20, maximum=20000, unit="Hz"),
        Field("level_db", FieldType.NUMBER, -20.0, "Level", minimum=-90, maximum=0, unit="dB"),
        Field("beep", FieldType.FLAG, False, "Beep every second", "50 ms at every full second, in sync with the test card’s flash."),
    ),
)

KINDS: Mapping[SourceKind, KindDeclaration] = {
    declaration.kind: declaration for declaration in (_CAMERA, _SCREEN, _MEDIA, _IMAGE, _COLOUR, _TEXT, _TEST_CARD, _MICROPHONE, _TONE)
}


def settings_of(source: Source) -> dict[str, Value]:
    """The source's settings, checked and completed with the kind's defaults; raises FieldError naming the field and `source`."""
    try:
        return completed(KINDS[source.kind].fields, source.settings)
    except FieldError as error:
        raise FieldError(error.code, source=source.name, **error.data) from error
