"""Encoders that take any of the program's pictures: scaled to their size and in their matrix first."""

from collections.abc import Sequence

from app.domain.program.output import Canvas
from app.domain.program.packet import Codec
from app.media.compose.scaling import PlaneScaler
from app.media.encode.bt601 import Bt601Converter
from app.media.encode.codec import Encoded, OpenEncoder, Recipe, Wanted
from app.media.picture_pool import PicturePool
from app.media.ports import Picture


class PictureFitter:
    """Scales pictures to one size; one that has it already passes as it is. For one thread."""

    def __init__(self, canvas: Canvas) -> None:
        self._size = (canvas.height, canvas.width)
        self._pool = PicturePool(canvas.width, canvas.height)
        self._scaler = PlaneScaler()

    def fit(self, picture: Picture) -> Picture:
        if picture.y.shape == self._size:
            return picture
        planes = self._pool.take()
        for source, target in ((picture.y, planes.y), (picture.u, planes.u), (picture.v, planes.v)):
            self._scaler.scale(source, target)
        return Picture(planes.y, planes.u, planes.v, picture.capture_ns, picture.sequence)


class AdaptedEncoder:
    """An OpenEncoder behind what its pictures need: the size of its canvas, and BT.601 for VP8, whose viewers know no other matrix."""

    def __init__(self, recipe: Recipe, wanted: Wanted) -> None:
        canvas = wanted.canvas
        self._fitter = PictureFitter(canvas)
        self._converter = Bt601Converter(canvas.width, canvas.height) if recipe.codec is Codec.VP8 else None
        self._encoder = OpenEncoder(recipe, wanted)

    @property
    def kbps(self) -> int:
        return self._encoder.kbps

    def encode(self, picture: Picture, *, keyframe: bool) -> Sequence[Encoded]:
        fitted = self._fitter.fit(picture)
        if self._converter is not None:
            fitted = self._converter.convert(fitted)
        return self._encoder.encode(fitted, keyframe=keyframe)

    def set_bitrate(self, kbps: int) -> bool:
        return self._encoder.set_bitrate(kbps)


def open_encoder(recipe: Recipe, wanted: Wanted) -> AdaptedEncoder:
    """The encoder of this recipe, ready for pictures of any size; raises EncodeError."""
    return AdaptedEncoder(recipe, wanted)
