"""G.711 (ITU-T 1988), both laws: int16 at 8000 Hz to one byte a sample and back, by table."""

import numpy as np
from numpy.typing import NDArray

Sound = NDArray[np.int16]

_EVEN = 0x55  # G.711: every second bit of an A-law byte is turned over on the wire
_BIAS = 132  # G.711 (ITU-T 1988): added to the magnitude before it is cut into eight segments
_CLIP = 32635


def _decoding_table() -> Sound:
    code = ~np.arange(256) & 0xFF
    magnitude = ((((code & 0x0F) << 3) + _BIAS) << ((code >> 4) & 7)) - _BIAS
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def _encoding_table() -> NDArray[np.uint8]:
    """One byte for each of the 65536 values of int16, indexed by the value taken as uint16."""
    value = np.arange(65536).astype(np.uint16).view(np.int16).astype(np.int32)
    magnitude = np.minimum(np.abs(value), _CLIP) + _BIAS
    segment = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    step = (magnitude >> (segment + 3)) & 0x0F
    sign = np.where(value < 0, 0x80, 0)
    code: NDArray[np.uint8] = (~(sign | (segment << 4) | step) & 0xFF).astype(np.uint8)
    return code


def _alaw_decoding_table() -> Sound:
    code = np.arange(256) ^ _EVEN
    segment, step = (code >> 4) & 7, code & 0x0F
    magnitude = np.where(
        segment, ((step << 4) + 0x108) << np.maximum(segment - 1, 0), (step << 4) + 8
    )
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


def _alaw_encoding_table() -> NDArray[np.uint8]:
    """As for mu-law. A-law counts in steps of 16; below 512 they are even, above they double with each segment."""
    value = np.arange(65536).astype(np.uint16).view(np.int16).astype(np.int32)
    magnitude = np.where(value < 0, -value - 1, value) >> 4
    segment = np.where(
        magnitude < 32, magnitude >> 4, np.floor(np.log2(np.maximum(magnitude, 1))) - 3
    )
    segment = segment.astype(np.int32)
    step = (magnitude >> np.maximum(segment - 1, 0)) & 0x0F
    sign = np.where(value < 0, 0, 0x80)
    code: NDArray[np.uint8] = ((sign | (segment << 4) | step) ^ _EVEN).astype(np.uint8)
    return code


_DECODED = _decoding_table()
_ENCODED = _encoding_table()
_ALAW_DECODED = _alaw_decoding_table()
_ALAW_ENCODED = _alaw_encoding_table()


def ulaw_encode(sound: Sound) -> bytes:
    """G.711 mu-law, one byte a sample."""
    return _ENCODED[np.ascontiguousarray(sound, dtype=np.int16).view(np.uint16)].tobytes()


def ulaw_decode(data: bytes) -> Sound:
    """The int16 samples of G.711 mu-law bytes."""
    return _DECODED[np.frombuffer(data, dtype=np.uint8)]


def alaw_encode(sound: Sound) -> bytes:
    """G.711 A-law, one byte a sample: what lines in China and Europe carry."""
    return _ALAW_ENCODED[np.ascontiguousarray(sound, dtype=np.int16).view(np.uint16)].tobytes()


def alaw_decode(data: bytes) -> Sound:
    """The int16 samples of G.711 A-law bytes."""
    return _ALAW_DECODED[np.frombuffer(data, dtype=np.uint8)]
