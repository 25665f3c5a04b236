"""Prepared sentences that have no pause to lengthen at one of their clause ends: they need a rendering of their own at the slow pace.

.venv/bin/python contrib/render_voice/lacking.py ivr/prompts/zh > slow.tsv
.venv/bin/python contrib/render_voice/render.py slow.tsv ivr/prompts/zh-slow --slow
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # the project itself

from speech.audio import Sound, read_sound
from speech.mouth.pauses import SHORTEST, clause_ends, clause_gaps, paced
from speech.mouth.prepared import read_index


def lacks(sound: Sound, text: str) -> bool:
    slow = paced(sound, "slow", text)
    long = [gap for gap in clause_gaps(slow, text) if gap.seconds > SHORTEST - 0.02]
    return len(long) < len(clause_ends(text))


def main() -> int:
    folder = Path(sys.argv[1])
    for text, ident in read_index(folder).items():
        if lacks(read_sound(folder / f"{ident}.wav"), text):
            sys.stdout.write(f"{ident}\t{text}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
