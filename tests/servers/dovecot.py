"""Dovecot as a plain subprocess: the IMAP server that the tests believe.

IMAP, and IMAPS where a certificate is given, and LMTP on free ports of loopback. Every user exists, with one password.
Sent and Drafts are marked by SPECIAL-USE. Runs as root (with the users that the package made) and as anybody else.
"""

from __future__ import annotations

import contextlib
import grp
import os
import pwd
import shutil
import signal
import smtplib
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from servers.certificates import Certificate
from servers.ports import LOOPBACK, answers, free_port, until

PASSWORD = "umbrella-in-case"
_BINARY = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")

_CONFIGURATION = """
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/dovecot.log
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
protocols = imap lmtp
listen = {host}
ssl = {ssl}
{certificate}
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:{base}/mail/%u
mail_uid = {uid}
mail_gid = {gid}
first_valid_uid = {uid}
first_valid_gid = 0
mail_fsync = never
mail_max_userip_connections = 500
default_vsz_limit = 0
postmaster_address = postmaster@vale.example
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={base}/mail/%u allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Drafts {{
    auto = subscribe
    special_use = \\Drafts
  }}
  mailbox Sent {{
    auto = subscribe
    special_use = \\Sent
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  user = {lmtp_user}
  inet_listener lmtp {{
    address = {host}
    port = {lmtp}
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
{extra}
"""


def missing() -> str | None:
    """Why Dovecot cannot be started here, or None."""
    if _BINARY is None:
        return "the IMAP server dovecot is not installed (Debian: apt-get install dovecot-imapd dovecot-lmtpd)"
    if not any(Path(folder, "lmtp").exists() for folder in ("/usr/lib/dovecot", "/usr/libexec/dovecot")):
        return "dovecot's LMTP server is not installed (Debian: apt-get install dovecot-lmtpd)"
    return None


class Dovecot:
    """A Dovecot of its own: its folder, ports and users belong to nobody else. Use as a context manager."""

    host = LOOPBACK
    password = PASSWORD

    def __init__(self, certificate: Certificate | None = None, extra: str = "") -> None:
        """`extra` is appended to the configuration."""
        self._certificate = certificate
        self._extra = extra
        self._process: subprocess.Popen[bytes] | None = None
        self.base = Path(tempfile.mkdtemp(prefix="wg-dovecot-"))
        self.imap_port = self.imaps_port = self.lmtp_port = 0

    def __enter__(self) -> Dovecot:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self.base, ignore_errors=True)

    def start(self) -> None:
        """Start on new ports, or after `stop` and `kill` on the same ones; answers when this returns."""
        for attempt in range(5):
            if not self.imap_port or attempt:
                self.imap_port, self.lmtp_port = free_port(), free_port()
                self.imaps_port = free_port() if self._certificate else 0
            self._write_configuration()
            self._launch()
            with contextlib.suppress(AssertionError):
                until(self._is_up, "dovecot answering")
                return
            self.stop()
        raise AssertionError(f"dovecot does not start: {self.log()[-2000:]}")

    def stop(self) -> None:
        """End it and all its sessions."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
            self._process = None

    def kill(self) -> None:
        """End it without any good-bye, as a power cut would."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(10)
            self._process = None

    def restart(self) -> None:
        self.stop()
        self.start()

    def log(self) -> str:
        path = self.base / "dovecot.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def deliver(self, user: str, *messages: bytes, sender: str = "somebody@elsewhere.example") -> None:
        """Deliver by LMTP, as the mail server in front of it would; filed and announced when this returns."""
        with self.delivery(user, sender) as deliver:
            for message in messages:
                deliver(message)

    @contextlib.contextmanager
    def delivery(self, user: str, sender: str = "somebody@elsewhere.example") -> Iterator[_Deliver]:
        """One LMTP connection for many deliveries."""
        with contextlib.closing(_Deliver(self.lmtp_port, user, sender)) as deliver:
            yield deliver

    def renumber(self, user: str, folder: str = "INBOX") -> None:
        """Give a folder a new UIDVALIDITY, as a restored backup does. Nobody may have it open."""
        home = self.base / "mail" / user / ("" if folder == "INBOX" else f".{folder.replace('/', '.')}")
        for path in (home / "dovecot-uidlist", *home.glob("dovecot.index*"), home.parent / "dovecot-uidvalidity"):
            path.unlink(missing_ok=True)

    def _is_up(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError("dovecot ended at once")
        ports = [port for port in (self.imap_port, self.lmtp_port) if port]
        return all(answers(port) for port in ports)

    def _launch(self) -> None:
        assert _BINARY, missing()
        self._process = subprocess.Popen(
            [_BINARY, "-F", "-c", str(self.base / "dovecot.conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _write_configuration(self) -> None:
        mail = self.base / "mail"
        mail.mkdir(exist_ok=True)
        owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        if os.geteuid() == 0:
            self.base.chmod(0o755)
            os.chown(mail, owner.pw_uid, owner.pw_gid)
        certificate = ""
        if self._certificate:
            certificate = f"ssl_cert = <{self._certificate.certificate}\nssl_key = <{self._certificate.key}"
        self.base.joinpath("dovecot.conf").write_text(
            _CONFIGURATION.format(
                base=self.base,
                host=self.host,
                internal=_account("dovecot", owner.pw_name),
                internal_group=_group(_account("dovecot", owner.pw_name)),
                login=_account("dovenull", owner.pw_name),
                lmtp_user="root" if os.geteuid() == 0 else owner.pw_name,
                ssl="yes" if self._certificate else "no",
                certificate=certificate,
                uid=owner.pw_uid,
                gid=owner.pw_gid,
                password=PASSWORD,
                imap=self.imap_port,
                imaps=self.imaps_port,
                lmtp=self.lmtp_port,
                extra=self._extra,
            )
        )


class _Deliver:
    """One LMTP connection (RFC 2033) of the mail server in front."""

    def __init__(self, port: int, user: str, sender: str) -> None:
        self._lmtp = smtplib.LMTP(LOOPBACK, port, local_hostname="localhost")
        self._user = user
        self._sender = sender

    def __call__(self, message: bytes) -> None:
        refused = self._lmtp.sendmail(self._sender, [self._user], message)
        assert not refused, refused

    def close(self) -> None:
        with contextlib.suppress(smtplib.SMTPException, OSError):
            self._lmtp.quit()


def _account(wanted: str, otherwise: str) -> str:
    """The user that the package made for this, which only root can become."""
    if os.geteuid() != 0:
        return otherwise
    try:
        return pwd.getpwnam(wanted).pw_name
    except KeyError:
        return otherwise


def _group(user: str) -> str:
    return grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name
