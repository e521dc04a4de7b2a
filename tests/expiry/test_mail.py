"""The connection to the mail server, and the message."""

from __future__ import annotations

import re
import ssl
import subprocess
import traceback
from datetime import UTC, datetime, timedelta

import pytest
from aiosmtpd.smtp import AuthResult
from traitlets.config import Config

from tokenwidgets import errors
from tokenwidgets.expiry import Mail, Reminder
from tokenwidgets.expiry.reminders import DueToken

AT = datetime(2026, 4, 23, 12, 0, tzinfo=UTC)
PASSWORD = "hunter2-of-the-mail-server"


def reminder(**changes):
    token = DueToken(1, "nightly", "jdoe", "Jane Doe", AT + timedelta(hours=20), 1)
    values = {
        "user_id": "jdoe",
        "name": "Jane Doe",
        "email": "jdoe@example.org",
        "own": (token,),
        "administered": (),
        "recipient_row_id": 1,
    }
    return Reminder(**{**values, **changes})


def mail(**settings):
    return Mail(config=Config(Mail={"sender": "tokens@example.org", **settings}))


def test_a_name_of_any_script_comes_through():
    message = mail().message(reminder(name="Доу, Jane"), AT)
    assert message["To"].addresses[0].display_name == "Доу, Jane"
    assert "Hello Доу, Jane" in message.get_content()
    assert "(in less than a day): nightly" in message.get_content()


@pytest.mark.parametrize("name", ["Jane\r\nBcc: all@example.org", "Jane\nX-Evil: 1"])
def test_a_name_cannot_add_a_header(name):
    with pytest.raises(errors.InvalidValue):
        mail().message(reminder(name=name), AT)


def test_a_template_of_ones_own_is_used(tmp_path):
    path = tmp_path / "ours.txt"
    path.write_text("Tokens of {{ reminder.name }}\n\n{{ reminder.own[0].name }} {{ link }}\n")
    message = mail(template=str(path), link="https://x.example").message(reminder(), AT)
    assert message["Subject"] == "Tokens of Jane Doe"
    assert message.get_content() == "nightly https://x.example\n"


@pytest.mark.parametrize(
    "template",
    [
        "{{ reminder.password }}",
        "{{ oops",
        "{{ reminder.__class__.__mro__ }}",
        "{{ 1 / 0 }}",
        "{{ reminder.name + 1 }}",
        "{{ at.strftime(1) }}",
        "{{ at.replace(month=13) }}",
        "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}",
        "Grüße",
    ],
)
def test_a_template_that_cannot_be_used_is_a_bad_setting(tmp_path, template):
    path = tmp_path / "ours.txt"
    path.write_text(template, "latin-1")
    with pytest.raises(errors.ConfigurationError, match=r"ours\.txt"):
        mail(template=str(path)).message(reminder(), AT)


def test_a_subject_is_one_line_whatever_the_template_has_in_it(tmp_path):
    path = tmp_path / "ours.txt"
    path.write_text("One\u2028line {{ '\\r\\x0b' }}of it\n\ntext\n", "utf-8")
    assert mail(template=str(path)).message(reminder(), AT)["Subject"] == "One line of it"


def test_without_a_sender_there_is_no_message():
    with pytest.raises(errors.ConfigurationError, match=r"Mail\.sender"):
        Mail(config=Config()).message(reminder(), AT)


def test_a_password_does_not_go_over_a_network_in_the_clear():
    with (
        pytest.raises(errors.ConfigurationError, match=r"Mail\.security"),
        mail(host="mail.example.org", user="tokens").connection(),
    ):
        pass


class Login:
    """A mail server that wants a login."""

    def __init__(self):
        self.logins = []

    def __call__(self, server, session, envelope, mechanism, data):
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == PASSWORD.encode(), handled=False)


@pytest.fixture
def server(serve):
    """A mail server on this machine that wants a login."""
    login = Login()
    login.port = serve(object(), authenticator=login, auth_required=True, auth_require_tls=False)
    return login


# That the server takes a password in the clear is what is wanted here, on this machine.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


def test_it_logs_in_with_the_password_from_a_file(server, tmp_path):
    path = tmp_path / "password"
    path.write_text(f"{PASSWORD}\n")
    settings = mail(host="127.0.0.1", port=server.port, user="tokens", password_file=str(path))
    with settings.connection():
        pass
    assert server.logins == [(b"tokens", PASSWORD.encode())]


def test_it_logs_in_with_the_password_from_the_environment(server, monkeypatch):
    monkeypatch.setenv("TOKENWIDGETS_SMTP_PASSWORD", PASSWORD)
    with mail(host="127.0.0.1", port=server.port, user="tokens").connection():
        pass
    assert server.logins == [(b"tokens", PASSWORD.encode())]


def test_a_refused_password_is_not_told(server, monkeypatch):
    monkeypatch.setenv("TOKENWIDGETS_SMTP_PASSWORD", "wrong-but-secret")
    with (
        pytest.raises(OSError) as refused,
        mail(host="127.0.0.1", port=server.port, user="tokens").connection(),
    ):
        pass
    assert "wrong-but-secret" not in repr(refused.value)


def test_a_password_file_that_is_not_there_is_a_bad_setting(server, tmp_path):
    settings = mail(
        host="127.0.0.1", port=server.port, user="tokens", password_file=str(tmp_path / "none")
    )
    with pytest.raises(errors.ConfigurationError, match="password_file"), settings.connection():
        pass


def test_a_password_that_cannot_be_sent_is_a_bad_setting_and_not_told(server, tmp_path):
    path = tmp_path / "password"
    settings = mail(host="127.0.0.1", port=server.port, user="tokens", password_file=str(path))
    for password, encoding in (("pässwort", "utf-8"), ("pässwort", "latin-1")):
        path.write_text(password, encoding)
        with (
            pytest.raises(errors.ConfigurationError, match=r"password_file|ASCII") as refused,
            settings.connection(),
        ):
            pass
        told = "".join(traceback.format_exception(refused.value))
        assert not re.search("sswort|xe4|ä", told)
    assert server.logins == []


@pytest.mark.parametrize("security", ["none", "tls"])
@pytest.mark.parametrize("host", ["..", f"{'x' * 64}.example.org"])
def test_a_host_that_can_be_none_is_a_bad_setting(host, security):
    settings = mail(host=host, security=security)
    with pytest.raises(errors.ConfigurationError, match=r"Mail\.host"), settings.connection():
        pass


def test_a_certificate_that_nobody_vouches_for_is_refused(serve, tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    make += ["-subj", "/CN=127.0.0.1", "-keyout"]
    subprocess.run([*make, key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    port = serve(object(), tls_context=context)
    settings = mail(host="127.0.0.1", port=port, security="starttls")
    with pytest.raises(ssl.SSLCertVerificationError), settings.connection():
        pass
