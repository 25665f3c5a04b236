"""The mouth: recordings by people, prepared sentences, and voices for whatever else must be said."""

from speech.mouth.mouth import Mouth
from speech.mouth.pauses import Pace
from speech.mouth.voices import Espeak, Speechless, Voice

__all__ = ["Espeak", "Mouth", "Pace", "Speechless", "Voice"]
