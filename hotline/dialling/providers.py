"""Who places the calls of a house: the one table of providers, by ``HOTLINE_PROVIDER``."""

from collections.abc import Callable, Mapping

from hotline.dialling.dialler import Dialler
from hotline.dialling.events import DialEvents
from hotline.house import House
from hotline.process import is_alive, this_process
from hotline.settings import BadSetting
from ivr.lines.ledger import Ledger
from ivr.lines.provider import Fate, Known, Order, Provider, ProviderDown
from ivr.lines.simulated_provider import ByNumber, SimulatedProvider


class NoProvider:
    """No telephone company: results wait until their residents ring. What was never placed is known as such."""

    name = "none"

    def place(self, order: Order) -> None:
        raise ProviderDown("nobody places our calls: set HOTLINE_PROVIDER")

    def look_up(self, key: str) -> Fate:
        return Fate(Known.NOT_PLACED)

    def hang_up(self, key: str) -> None:
        pass


def simulated(house: House) -> SimulatedProvider:
    """Behaves as ``HOTLINE_HOME/simulated.toml`` says; without it everybody answers with 1."""
    script = house.settings.home / "simulated.toml"
    try:
        told = ByNumber.of(script.read_text("utf-8") if script.exists() else "")
    except ValueError as mistake:
        raise BadSetting(f"{script}: {mistake}") from None
    ledger = Ledger(house.settings.home / "simulated-dials.jsonl", house.keyring.blind)
    events = DialEvents(house, SimulatedProvider.name)
    return SimulatedProvider(ledger, told, events, process=this_process(), alive=is_alive)


def twilio(house: House) -> Provider:
    """Twilio's REST API, loaded only where it is used."""
    from hotline.twilio_line import provider  # noqa: PLC0415

    return provider(house)


def asterisk(house: House) -> Provider:
    """A PBX, over ARI; answers come to ``hotline serve``."""
    from hotline.asterisk_line import provider  # noqa: PLC0415

    return provider(house)


PROVIDERS: Mapping[str, Callable[[House], Provider]] = {
    "": lambda _house: NoProvider(),
    "simulated": simulated,
    "twilio": twilio,
    "asterisk": asterisk,
}


def provider_of(house: House) -> Provider:
    """Raises ``BadSetting``."""
    name = house.settings.provider
    if name not in PROVIDERS:
        known = ", ".join(sorted(one for one in PROVIDERS if one))
        raise BadSetting(f"HOTLINE_PROVIDER={name}: no such provider; there are: {known}")
    return PROVIDERS[name](house)


def dialler_of(house: House) -> Dialler:
    return Dialler(house, provider_of(house))
