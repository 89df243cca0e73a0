"""Reports about mails that came back, as mail servers write them."""

from email.message import EmailMessage, Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText


def returned(message_id: str, *, whole: bool = False) -> Message:
    """The mail, or its headers alone."""
    headers = f"Message-ID: {message_id}\r\nSubject: One thing waits for you\r\nTo: anna@example.org\r\n"
    if not whole:
        part: Message = MIMEBase("text", "rfc822-headers")
        part.set_payload(headers)
        return part
    mail = EmailMessage()
    mail["Message-ID"], mail["To"] = message_id, "anna@example.org"
    mail.set_content("Dear Anna")
    part = MIMEBase("message", "rfc822")
    part.attach(mail)
    return part


def fields(kind: str, *groups: str) -> Message:
    part = MIMEBase("message", kind)
    part.set_payload([_group(group) for group in groups])
    return part


def _group(text: str) -> Message:
    group = Message()
    for line in text.strip().splitlines():
        name, _, value = line.partition(":")
        group[name.strip()] = value.strip()
    return group


def delivery_report(
    message_id: str, *, action: str = "failed", status: str = "5.1.1", said: str = "smtp; 550 5.1.1 no such user",
    date: str = "", whole: bool = False,
) -> bytes:  # fmt: skip
    recipient = (
        f"Final-Recipient: rfc822; anna@example.org\nAction: {action}\nStatus: {status}\nDiagnostic-Code: {said}"
    )
    return _report("delivery-status", fields("delivery-status", "Reporting-MTA: dns; mx.example.org", recipient),
                   returned(message_id, whole=whole), date)  # fmt: skip


def complaint(message_id: str, feedback: str = "abuse") -> bytes:
    told = fields("feedback-report", f"Feedback-Type: {feedback}\nVersion: 1\nUser-Agent: Mailbox/1.0")
    return _report("feedback-report", told, returned(message_id, whole=True), "")


def _report(kind: str, told: Message, mail: Message, date: str) -> bytes:
    report: Message = MIMEMultipart("report")
    report.set_param("report-type", kind)
    report["From"], report["Subject"] = "MAILER-DAEMON@mx.example.org", "Undelivered Mail Returned to Sender"
    if date:
        report["Date"] = date
    report.attach(MIMEText("Your mail to anna@example.org did not arrive.", "plain", "utf-8"))
    report.attach(told)
    report.attach(mail)
    return report.as_bytes()
