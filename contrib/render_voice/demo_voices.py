"""Render the voices of the demo: an old man with a need, a worker with a result, the man with what is missing.

.venv/bin/python contrib/render_voice/demo_voices.py OUT [NAME...]
"""

import sys
from pathlib import Path

import numpy as np
from telephone import save, to_telephone
from telling import Manner, Teller, Wave, installed

AGE = 0.95  #: pitch; the tempo is kept by speaking so much faster before it is lowered

OLD_MAN = Manner(voice="zm_yunxi", speed=0.8 / AGE, pause=0.6, clause=0.35, lead=0.4, tail=0.5)
WORKER = Manner(voice="zf_xiaoyi", speed=0.95, pause=0.4, lead=0.2, tail=0.3)

LINES = {
    "resident_need": (
        OLD_MAN,
        (
            "喂，你好，我们这个单元的电梯又坏了，[p=2500]我住六楼，腿脚不好，下不了楼，"
            "物业的电话一直打不通，你们帮我问问什么时候能修好。"
        ),
    ),
    "result": (
        WORKER,
        "您好，我是物业公司的小陈。您说的电梯，今天上午已经修好了，您可以放心下楼了。给您添麻烦了。",
    ),
    "missing": (OLD_MAN, "电梯是能坐了，可是门还是关不上，夹过人，还得再修一修。"),
}


def older(wave: Wave) -> Wave:
    """Lower in pitch by AGE, as much longer."""
    at = np.arange(int(len(wave) / AGE)) * AGE
    return np.interp(at, np.arange(len(wave)), wave, right=0.0)


def main() -> int:
    out, voice = Path(sys.argv[1]), Teller(installed())
    wanted = sys.argv[2:] or list(LINES)
    for name in wanted:
        manner, text = LINES[name]
        said = voice.tell(text, manner)
        save(out / f"{name}.wav", to_telephone(older(said) if manner is OLD_MAN else said))
        sys.stdout.write(f"{name}\t{text}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
