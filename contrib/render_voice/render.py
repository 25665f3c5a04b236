"""Render a list of prompts with Kokoro-82M into a folder the mouth can read.

    .venv/bin/python contrib/render_voice/render.py PROMPTS.tsv FOLDER [--manners manners.tsv]

PROMPTS.tsv has id<TAB>text. FOLDER gets ID.wav (8 kHz G.711 mu-law) and index.tsv; a sound whose text has not changed
is left alone unless --again. manners.tsv has prompts said in another manner: id, voice, speed, pause at commas, words before
that are cut off again (carrier.py).
"""

import argparse
import re
import sys
from dataclasses import replace
from pathlib import Path

from carrier import cut
from telephone import save, to_telephone
from telling import Manner, Teller, Wave, installed

SLOW = Manner(clause=0.6, pause=0.6, tail=0.6)


def rows(path: Path) -> list[list[str]]:
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    return [line.split("\t") for line in lines if line.strip() and not line.startswith("#")]


def manners(path: Path, usual: Manner) -> dict[str, tuple[Manner, str]]:
    """Of each id: its manner, and the words before it."""
    return {
        ident: (replace(usual, voice=voice, speed=float(speed), clause=float(clause)), before)
        for ident, voice, speed, clause, before in rows(path)
    }


def say(voice: Teller, text: str, manner: Manner, before: str) -> Wave:
    said = voice.tell(before + ended(text), manner)
    return cut(said, text) if before else said


def ended(text: str) -> str:
    """A name or a number on its own is said as the end of a sentence."""
    return text if re.search(r"\W$", text) else f"{text}。"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("prompts", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--manners", type=Path, default=Path(__file__).with_name("manners.tsv"))
    parser.add_argument("--only", default="", help="a regular expression for ids")
    parser.add_argument("--slow", action="store_true", help="0.6 s where a clause ends")
    parser.add_argument("--again", action="store_true")
    return parser.parse_args()


def main() -> int:
    args = arguments()
    usual = SLOW if args.slow else Manner()
    special = {} if args.slow else manners(args.manners, usual)
    known = dict(rows(args.folder / "index.tsv"))
    wanted = dict(rows(args.prompts))
    voice = Teller(installed())
    for ident, text in wanted.items():
        out = args.folder / f"{ident}.wav"
        ready = out.exists() and known.get(ident) == text and not args.again
        if ready or not re.search(args.only, ident):
            continue
        manner, before = special.get(ident, (usual, ""))
        save(out, to_telephone(say(voice, text, manner, before)))
        sys.stdout.write(f"{ident}\t{text}\n")
        sys.stdout.flush()
    index = "".join(f"{ident}\t{text}\n" for ident, text in wanted.items())
    (args.folder / "index.tsv").write_text(index, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
