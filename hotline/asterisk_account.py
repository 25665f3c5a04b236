"""Is there a PBX? Asked by every process; what it needs is loaded only where there is one."""

from hotline.settings import BadSetting, Settings
from ivr.lines.asterisk.account import BadPbx, Pbx


def pbx_of(settings: Settings) -> Pbx | None:
    """None where none is set up. Raises ``BadSetting``."""
    try:
        return Pbx.read(settings.environ)
    except BadPbx as problem:
        raise BadSetting(str(problem)) from None
