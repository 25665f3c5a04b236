"""Which sentences a voice may interrupt. A key always may; a cough must not wipe out a greeting or a read-back."""

_WHOLE = (
    "welcome", "callback.hello", "notice.hello",  # who we are, and that it is recorded: always said
    "right", "heard-you", "number.right", "this-line",  # read back: a "yes" to the half of it is worth nothing
    "callback.verdict.solved", "callback.verdict.half_solved", "callback.verdict.not_solved",
    "danger",  # what to do now
)  # fmt: skip


def may_interrupt(prompt: str) -> bool:
    """May the caller talk into this sentence?"""
    return not any(prompt == one or prompt.startswith(f"{one}.") for one in _WHOLE)
