"""The channels that this house has, by its settings."""

from hotline.channels import Teller, Tellers
from hotline.channels.email import Email
from hotline.channels.webhook import Webhook
from hotline.settings import Settings
from tickets.policy import Channel


def tellers_of(settings: Settings) -> Tellers:
    """E-mail and webhook where they are set; notices by others wait until there is one. Raises ``BadSetting``."""
    known: dict[Channel, Teller | None] = {
        Channel.EMAIL: Email.of(settings),
        Channel.WEBHOOK: Webhook.of(settings),
    }
    return {channel: teller for channel, teller in known.items() if teller}
