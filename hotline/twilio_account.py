"""Is there a Twilio account? Asked by every process; what it needs is loaded only where there is one."""

from hotline.settings import BadSetting, Settings
from ivr.lines.twilio.account import Account, BadAccount


def account_of(settings: Settings) -> Account | None:
    """None where no account is set up. Raises ``BadSetting``."""
    try:
        return Account.read(settings.environ, settings.public)
    except BadAccount as problem:
        raise BadSetting(str(problem)) from None
