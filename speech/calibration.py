"""From what an engine tells of its own sureness to the share of characters that will be right.

A logistic curve over a few features, fitted to recordings whose words are known (`hotline calibrate`): a dozen numbers in
a JSON file beside the model, or shipped with the engine's ear.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Features = Mapping[str, float]  #: by name; what they are is the engine's affair
Numbers = NDArray[np.float64]

_RIDGE = 1.0  # as if one example spoke for "no influence" of each feature
_STEPS = 100


class BadCalibration(Exception):
    """The file cannot be used; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What an ear heard before any calibration: `hotline calibrate` fits with it."""

    text: str
    language: str
    features: Features


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
        """Expected share of right characters, 0..1. A feature that is not given counts as the usual one."""
        known = (one.of(features[name]) for name, one in self.features.items() if name in features)
        return round(float(_logistic(np.array(self.bias + sum(known)))), 3)

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
            return cls(bias=data["bias"], features=features, examples=data["examples"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
            raise BadCalibration(f"{path.name} is no calibration: {problem}") from problem


def fit(examples: Sequence[Example], names: Sequence[str] | None = None) -> Calibration:
    """Logistic regression on shares (Papke and Wooldridge 1996) with a small ridge, by Newton's method.

    `names`: the features to use, else those of the first example. Needs one example at least.
    """
    names = tuple(names if names is not None else examples[0].features)
    values = np.array([[one.features[name] for name in names] for one in examples], dtype=float)
    right = np.array([one.right for one in examples])
    mean, scale = values.mean(axis=0), values.std(axis=0)
    scale[scale < 1e-9] = 1.0
    table = np.column_stack([np.ones(len(values)), (values - mean) / scale])
    weights = _newton(table, right)
    least, most = values.min(axis=0), values.max(axis=0)
    columns = zip(names, mean, scale, least, most, weights[1:], strict=True)
    return Calibration(
        bias=round(float(weights[0]), 5),
        features={
            name: Weighing(**dict(zip(Weighing.__slots__, map(_short, numbers), strict=True)))
            for name, *numbers in columns
        },
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
