"""Why a call that nobody answered came to nothing: Q.850 causes, as Asterisk tells them, in our words."""

from collections.abc import Mapping

from tickets.dialling import BAD_NUMBER
from tickets.policy import Miss

#: ITU-T Q.850; what SIP says is translated to these by Asterisk (486 -> 17, 603 -> 21, 404 -> 1, 480 -> 19)
CAUSES: Mapping[int, str] = {
    1: BAD_NUMBER,  # unallocated
    22: BAD_NUMBER,  # the number has changed
    28: BAD_NUMBER,  # no complete number
    17: Miss.BUSY,
    16: Miss.NO_ANSWER,  # cleared normally while it rang: by our time limit, or theirs
    18: Miss.NO_ANSWER,  # no user responding
    19: Miss.NO_ANSWER,
    20: Miss.NO_ANSWER,  # subscriber absent: switched off
    21: Miss.REFUSED,
}


def outcome_of(cause: object) -> str:
    """What all others say is of the network, not of them."""
    return CAUSES.get(cause, Miss.FAILED) if isinstance(cause, int) else Miss.FAILED
