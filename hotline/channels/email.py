"""A notice as an e-mail, in both languages; encrypted on the way wherever it leaves this machine."""

import smtplib
import ssl
from dataclasses import dataclass
from datetime import tzinfo
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from urllib.parse import unquote, urlsplit

from console.wording import sentences
from hotline.channels import Message, NotTold
from hotline.settings import BadSetting, Settings
from routing.catalogue import load

TIMEOUT = 20.0  #: seconds
LANGUAGES = ("zh", "en")
HERE = {"localhost", "127.0.0.1", "::1"}  #: what stays on this machine may go unencrypted


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """A server that takes mail; ``secure`` speaks TLS from the first byte, else STARTTLS is asked for."""

    host: str
    port: int
    secure: bool
    user: str
    password: str
    sender: str
    zone: tzinfo

    @classmethod
    def of(cls, settings: Settings) -> "Email | None":
        """As HOTLINE_SMTP and HOTLINE_SMTP_FROM say; None where they say nothing. Raises ``BadSetting``."""
        address, sender = (
            settings.environ.get(name, "") for name in ("HOTLINE_SMTP", "HOTLINE_SMTP_FROM")
        )
        if not address:
            return None
        url = urlsplit(address)
        if url.scheme not in {"smtp", "smtps"} or not url.hostname:
            raise BadSetting(
                "HOTLINE_SMTP: write it like smtp://user:password@mail.example.org:587"
            )
        if "@" not in parseaddr(sender)[1]:
            raise BadSetting("HOTLINE_SMTP_FROM: give the address that mail comes from")
        secure = url.scheme == "smtps"
        return cls(
            host=url.hostname,
            port=url.port or (465 if secure else 587),
            secure=secure,
            user=unquote(url.username or ""),
            password=unquote(url.password or ""),
            sender=sender,
            zone=settings.zone,
        )

    def tell(self, address: str, message: Message) -> None:
        try:
            with self._server() as server:
                server.send_message(letter(address, self.sender, message, self.zone))
        except smtplib.SMTPResponseException as refused:
            raise NotTold(f"the mail server answered {refused.smtp_code}") from None
        except (smtplib.SMTPException, OSError, ValueError) as problem:
            raise NotTold(f"no mail could be sent ({type(problem).__name__})") from None

    def _server(self) -> smtplib.SMTP:
        """Connected, encrypted and signed in."""
        context = ssl.create_default_context()
        server: smtplib.SMTP
        if self.secure:
            server = smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)
        try:
            if not self.secure and self.host not in HERE:
                server.starttls(context=context)
            if self.user:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server


def letter(address: str, sender: str, message: Message, zone: tzinfo) -> EmailMessage:
    """The same Message-ID at every try, so that a mail sent twice is shown once."""
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, address
    mail["Subject"] = said(message, "zh", zone)
    mail["Date"] = formatdate()
    mail["Message-ID"] = f"<{message.key}@{parseaddr(sender)[1].partition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    lines = [said(message, language, zone) for language in LANGUAGES]
    mail.set_content("\n".join([*lines, *filter(None, [message.link])]) + "\n")
    return mail


def said(message: Message, language: str, zone: tzinfo) -> str:
    """The notice as a sentence."""
    words = sentences(language)
    names = {one.id: one.spoken(language) for one in load().departments}
    return words[f"notice.{'late' if message.step else 'soon'}"].format(
        n=message.ticket,
        department=names.get(message.department or "", words["ticket.nobody"]),
        clock=words[f"clock.{message.clock}"],
        due=f"{message.promised.astimezone(zone):%Y-%m-%d %H:%M}",
    )
