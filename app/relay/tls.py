"""Loads the relay's TLS certificate."""

import ssl

from app.relay.config import RelayConfig, RelayError


def tls_context(config: RelayConfig) -> ssl.SSLContext | None:
    """None if the relay has no certificate; raises RelayError if the configured one cannot be used."""
    if config.certificate is None and config.private_key is None:
        return None
    if config.certificate is None:
        raise RelayError("relay.certificate", path=str(config.private_key), reason="a private key without a certificate")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(config.certificate, config.private_key, password=_refuse)
    except (OSError, ValueError) as error:
        raise RelayError("relay.certificate", path=str(config.certificate), reason=str(error)) from error
    return context


def _refuse() -> str:
    """OpenSSL would ask for a passphrase at the terminal, where nobody can type one."""
    raise ValueError("the private key needs a passphrase")
