"""What a confidence is good for: which words may be believed, which a person should listen to.

Only calibrated figures are judged: an engine's own "0.9" may mean anything (Vosk's Korean model: correlation with the errors
-0.02 to -0.38). How a figure is calibrated is `speech.calibration`.
"""

from speech.commands import Words

#: Expected share of right characters below which a story was not understood: it is asked for once more, then a person is called.
#: Of 18 clips of Sichuan, Wu and Cantonese 16 are below it, of 40 usable Mandarin and English calls none. Among the clips
#: 0.45 and 0.53 are the nearest, the lowest call has 0.62: there is room on both sides (docs/calibration.md).
UNDERSTOOD = 0.55

#: Below it a person should listen to the recording beside its text: more than one character in five is expected to be wrong.
CHECK = 0.8


def understood(words: Words) -> bool:
    """May the story be worked with? Typed words and uncalibrated ones: yes, wherever there are any."""
    sure = not words.calibrated or words.confidence is None or words.confidence >= UNDERSTOOD
    return bool(words.text) and sure


def doubtful(words: Words) -> bool:
    """Should a person listen to it? Also where nothing was understood; a figure nobody has calibrated may warn too."""
    return not words.text or (words.confidence is not None and words.confidence < CHECK)
