"""Ears: engines that turn speech into words, and the desk that runs them where they can do no harm."""

from speech.ears.base import Recogniser
from speech.ears.choose import Engine, choose
from speech.ears.desk import EarDesk

__all__ = ["EarDesk", "Engine", "Recogniser", "choose"]
