"""Certificates for servers on loopback, made when a test runs.

    authority = Authority(folder)                 a CA of its own: authority.ca_file
    chain = authority.issue("localhost")          a Certificate: .file, .key, .server_context()
    authority.issue("localhost", days=-1)         one that has expired
"""

import datetime
import ipaddress
import ssl

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


class Certificate:
    def __init__(self, file, key):
        self.file, self.key = file, key

    def server_context(self, client_ca=None):
        """For wrap_socket(server_side=True); with client_ca, clients must show a certificate of it."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file, self.key)
        if client_ca:
            context.load_verify_locations(client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
        return context


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _subject_names(hosts):
    for host in hosts:
        try:
            yield x509.IPAddress(ipaddress.ip_address(host))
        except ValueError:
            yield x509.DNSName(host)


class Authority:
    def __init__(self, folder, name="keylift test CA"):
        self.folder, self.name, self.count = folder, _name(name), 0
        folder.mkdir(parents=True, exist_ok=True)
        self._key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._builder(self.name, self._key, -2, 30).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        self.ca_file = folder / "ca.pem"
        self.ca_file.write_bytes(self._sign(certificate, self._key))

    def _builder(self, subject, key, from_day, to_day):
        now = datetime.datetime.now(datetime.timezone.utc)
        return (
            x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now + datetime.timedelta(days=from_day))
            .not_valid_after(now + datetime.timedelta(days=to_day))
        )  # fmt: skip

    def _sign(self, builder, key):
        return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def issue(self, *hosts, days=20, starts=None, client=False):
        """A certificate for these hosts (names or addresses), signed by this CA, for `days` from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        starts = min(-1, days - 1) if starts is None else starts
        usage = ExtendedKeyUsageOID.CLIENT_AUTH if client else ExtendedKeyUsageOID.SERVER_AUTH
        builder = (
            self._builder(_name(hosts[0]), key, starts, days)
            .add_extension(x509.SubjectAlternativeName(list(_subject_names(hosts))), critical=False)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        )
        self.count += 1
        made = Certificate(self.folder / f"{self.count}.pem", self.folder / f"{self.count}.key")
        made.file.write_bytes(self._sign(builder, self._key))
        made.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return made
