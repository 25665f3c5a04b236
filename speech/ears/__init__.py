"""Ears: engines that turn speech into words, and the desk that runs them where they can do no harm."""

from speech.ears.base import Recogniser
from speech.ears.choose import Engine, choose, choose_second
from speech.ears.desk import EarDesk
from speech.ears.limits import Limits

__all__ = ["EarDesk", "Engine", "Limits", "Recogniser", "choose", "choose_second"]
