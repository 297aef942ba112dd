"""The result of trying out a relay."""

from dataclasses import dataclass

from app.domain.base.errors import Value
from app.domain.program.broadcast import Step
from app.domain.program.packet import Codec

MEDIA_STEPS = frozenset({Step.ICE.value, Step.DTLS.value, Step.MEDIA.value})  # at these steps the relay has answered and accepted the token


@dataclass(frozen=True, slots=True)
class RelayTrial:
    """`failure` is a code ("" = it works) and `failure_data` its values, `step` among them. Times in milliseconds, -1 = not reached.

    `codec` and `sound` say what the relay accepts.
    """

    relay_id: str
    failure: str = ""
    failure_data: tuple[tuple[str, Value], ...] = ()
    answer_ms: float = -1.0
    total_ms: float = -1.0
    codec: Codec = Codec.H264
    sound: bool = True

    @property
    def answered(self) -> bool:
        """Whether the relay answered the offer."""
        return not self.failure or dict(self.failure_data).get("step") in MEDIA_STEPS
