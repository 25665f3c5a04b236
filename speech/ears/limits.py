"""How long anybody waits for an ear, and how much may wait: what keeps a crowd from becoming a standstill."""

from dataclasses import dataclass

from speech.audio import Sound, seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds. All are estimates but for `step`: half a second of sound costs 0.1 to 0.3 s on one core."""

    waiting: float = 15.0  #: so long a caller waits for words; then they come later
    base: float = 20.0  #: a whole recording may take `base` + `each` times its length
    each: float = 2.0
    loading: float = 60.0  #: a model has this limit of its own
    mending: float = 30.0  #: so long after it would not load a model is left alone
    tolerance: float = (
        2.0  #: so long may dropped work hold up what is wanted, then its process is replaced
    )
    step: float = 10.0  #: half a second of a stream that takes longer hangs
    pulse: float = 10.0  #: a process of streams that says nothing for so long hangs
    longest: float = (
        330.0  #: of one stream; a story has 300 (what is beyond is taken from the recording)
    )
    kept: float = 3600.0  #: of sound that may wait for one engine (58 MB); what is more has its recording only
    afterglow: float = 1.0  #: so long may a dropped stream be taken up again
    forgotten: float = 60.0  #: a stream that nobody feeds or asks for so long is closed

    def of(self, sound: Sound) -> float:
        return self.base + self.each * seconds(sound)
