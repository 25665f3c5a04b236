"""From what an engine tells of its own sureness to the share of characters that will be right.

A logistic curve over a few features, fitted to recordings whose words are known (`hotline calibrate`): a dozen numbers in
a JSON file beside the model, or shipped with the engine's ear.
"""

import json
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Features = Mapping[str, float]  #: by name; what they are is the engine's affair
Numbers = NDArray[np.float64]

log = logging.getLogger(__name__)

_RIDGE = 1.0  # as if one example spoke for "no influence" of each feature
_STEPS = 100


class BadCalibration(Exception):
    """The file cannot be used; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What an ear heard, and what its confidence is made of: `hotline calibrate` fits with it."""

    text: str
    language: str
    confidence: float | None = None  #: as the ear says it now
    calibrated: bool = False
    features: Features = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Example:
    features: Features
    right: float  #: share of right characters, 1 - character error rate, not below 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighing:
    """What one feature counts; it is never taken to be outside of what was seen in fitting."""

    mean: float
    scale: float
    least: float
    most: float
    weight: float

    def of(self, value: float) -> float:
        return self.weight * (min(max(value, self.least), self.most) - self.mean) / self.scale


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    bias: float
    features: Mapping[str, Weighing]
    examples: int = 0  #: recordings it was fitted to

    def of(self, features: Features) -> float:
        """Expected share of right characters, 0..1. Raises KeyError where a feature is missing."""
        counts = (one.of(features[name]) for name, one in self.features.items())
        return round(float(_logistic(np.array(self.bias + sum(counts)))), 3)

    def save(self, path: Path) -> None:
        """Whole or not at all. Raises OSError."""
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        fresh.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")
        fresh.replace(path)

    @classmethod
    def load(cls, path: Path) -> "Calibration":
        """Raises BadCalibration, also where there is no file."""
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            features = {name: Weighing(**one) for name, one in data["features"].items()}
            return cls(bias=float(data["bias"]), features=features, examples=int(data["examples"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
            raise BadCalibration(f"{path.name} is no calibration: {problem}") from problem


def place(model: Path) -> Path:
    """Where `hotline calibrate` saves what it learnt of the engine with this model folder."""
    return model.with_name(f"{model.name}.calibration.json")


def calibration_of(model: Path, shipped: Path | None = None) -> Calibration | None:
    """The one made here by `hotline calibrate`, else the one in the folder `shipped`, else None."""
    own = place(model)
    for file in (own, *([shipped / own.name] if shipped else [])):
        if file.is_file():
            try:
                return Calibration.load(file)
            except BadCalibration as problem:
                log.warning("%s", problem)
    return None


def fit(examples: Sequence[Example]) -> Calibration:
    """Logistic regression on shares (Papke and Wooldridge 1996) with a small ridge, by Newton's method.

    All examples have the same features; there is at least one.
    """
    names = tuple(examples[0].features)
    values = np.array([[one.features[name] for name in names] for one in examples], dtype=float)
    right = np.array([one.right for one in examples])
    mean, scale = values.mean(axis=0), values.std(axis=0)
    scale[scale < 1e-9] = 1.0
    weights = _newton(np.column_stack([np.ones(len(values)), (values - mean) / scale]), right)
    table = zip(mean, scale, values.min(axis=0), values.max(axis=0), weights[1:], strict=True)
    fields = [dict(zip(Weighing.__slots__, map(_short, row), strict=True)) for row in table]
    return Calibration(
        bias=_short(weights[0]),
        features={name: Weighing(**one) for name, one in zip(names, fields, strict=True)},
        examples=len(examples),
    )


def _newton(table: Numbers, right: Numbers) -> Numbers:
    ridge = np.diag([1e-3, *[_RIDGE] * (table.shape[1] - 1)])
    weights = np.zeros(table.shape[1])
    for _ in range(_STEPS):
        expected = _logistic(table @ weights)
        slope = table.T @ (right - expected) - ridge @ weights
        curve = (table * (expected * (1 - expected))[:, None]).T @ table + ridge
        step = np.linalg.solve(curve, slope)
        weights = weights + step
        if np.abs(step).max() < 1e-9:
            break
    return weights


def _logistic(value: Numbers) -> Numbers:
    return np.asarray(1 / (1 + np.exp(-np.clip(value, -30, 30))))


def _short(number: float) -> float:
    return round(float(number), 5)
