"""Mail is handed to no server that cannot show who it is."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.mail import EmailMessage

from relo.settings.env import read_environment
from tests.relo.settings.test_env import GOOD
from tests.smtp import MailServer, free_port


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Of localhost, vouched for by nobody else."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "localhost.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture
def server(certificate: Path, settings: Any) -> Iterator[MailServer]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    taking, port = MailServer(), free_port()
    controller = Controller(taking, hostname="127.0.0.1", port=port, ssl_context=context)
    controller.start()
    url = f"smtp+ssl://localhost:{port}"
    for name, value in read_environment({**GOOD, "EMAIL_URL": url}).email.items():
        setattr(settings, name, value)
    yield taking
    controller.stop()


def send() -> None:
    EmailMessage("Subject", "Text", "relo@example.org", ["anna@example.org"]).send()


def test_a_certificate_nobody_vouches_for_gets_no_mail(server: MailServer):
    with pytest.raises(ssl.SSLCertVerificationError):
        send()

    assert server.tries == 0


def test_one_that_is_vouched_for_gets_it(server: MailServer, certificate: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    send()

    assert len(server.taken) == 1
