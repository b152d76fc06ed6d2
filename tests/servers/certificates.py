"""Certificates of our own, made with the `openssl` command, which plain Debian and every build machine has.

Self-signed ones, so that each is its own authority: a context that trusts `good` trusts nothing else.
"""

from __future__ import annotations

import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

OPENSSL = shutil.which("openssl")


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate and its key as PEM files."""

    certificate: Path
    key: Path

    def server_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context

    def client_context(self) -> ssl.SSLContext:
        """Verifies as the default context does, with this certificate as the only authority."""
        return ssl.create_default_context(cafile=str(self.certificate))


_CONFIGURATION = """
[ca]
default_ca = own
[own]
database = {folder}/{name}.index
new_certs_dir = {folder}
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = extensions
[any]
commonName = supplied
[extensions]
basicConstraints = critical, CA:TRUE
keyUsage = critical, digitalSignature, keyCertSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
subjectAltName = DNS:{host}, IP:{address}
"""


def make(
    folder: Path, name: str, *, host: str = "localhost", address: str = "127.0.0.1", expired: bool = False
) -> Certificate:
    """Make a certificate for a host name and an address. `openssl ca` is the one command that takes both dates."""
    assert OPENSSL, "the openssl command is missing"
    made = Certificate(folder / f"{name}.crt", folder / f"{name}.key")
    request, configuration = folder / f"{name}.csr", folder / f"{name}.cnf"
    configuration.write_text(_CONFIGURATION.format(folder=folder, name=name, host=host, address=address))
    folder.joinpath(f"{name}.index").touch()
    end = "20200201000000Z" if expired else "20490101000000Z"
    for command in (
        ["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", made.key,
         "-out", request, "-subj", f"/CN={host}"],
        ["ca", "-batch", "-notext", "-selfsign", "-config", configuration, "-keyfile", made.key, "-in", request,
         "-out", made.certificate, "-startdate", "20200101000000Z", "-enddate", end],
    ):  # fmt: skip
        subprocess.run([OPENSSL, *map(str, command)], check=True, capture_output=True, timeout=60)
    return made
