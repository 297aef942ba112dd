"""A certificate authority for tests, and TLS contexts for its servers."""

import datetime
import ipaddress
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


class Authority:
    """`trust` is the client's TLS context; `handshakes` counts handshakes of servers with `server_context`."""

    def __init__(self, folder: Path) -> None:
        self.handshakes = 0
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._certificate = self._signed("Authority", self._key.public_key(), x509.BasicConstraints(ca=True, path_length=0), "")
        roots = folder / "roots.pem"
        roots.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))
        self.trust = ssl.create_default_context(cafile=str(roots))

    def _signed(self, name: str, key: ec.EllipticCurvePublicKey, constraints: x509.BasicConstraints, address: str) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(_named(name))
            .issuer_name(_named("Authority"))
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=2))
            .add_extension(constraints, critical=True)
        )
        if address:
            names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
            builder = builder.add_extension(names, critical=False)
        return builder.sign(self._key, hashes.SHA256())

    def server_context(self, address: str) -> ssl.SSLContext:
        """Return a TLS context for a server at this address."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._signed("relay", key.public_key(), x509.BasicConstraints(ca=False, path_length=None), address)
        path = self._folder / f"{address}.pem"
        path.write_bytes(
            key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        context.sni_callback = self._count
        return context

    def _count(self, connection: ssl.SSLObject, name: str | None, context: ssl.SSLContext) -> None:
        self.handshakes += 1
