"""Authority: one that signs certificates for a test, with openssl."""

import os
import subprocess

KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


class Authority:
    """Its files are in `folder`, which is made. `certificate` is the one that others trust."""

    def __init__(self, folder):
        self._folder = folder
        os.makedirs(folder)
        self.certificate, self._key = self._path("ca.pem"), self._path("ca.key")
        self._openssl("req", "-x509", *KEY, "-days", "1", "-subj", "/CN=an authority", "-keyout", self._key,
                      "-out", self.certificate)

    def issue(self, name, addresses=()):
        """A certificate for server and client, and its key: two paths."""
        certificate, key, request, more = (self._path(f"{name}.{end}") for end in ("pem", "key", "csr", "ext"))
        with open(more, "w", encoding="ascii") as file:
            names = ",".join([f"DNS:{name}", *(f"IP:{address}" for address in addresses)])
            file.write(f"subjectAltName={names}\nextendedKeyUsage=serverAuth,clientAuth\n")
        self._openssl("req", "-new", *KEY, "-subj", f"/CN={name}", "-keyout", key, "-out", request)
        self._openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self._key, "-CAcreateserial",
                      "-days", "1", "-extfile", more, "-out", certificate)
        return certificate, key

    def _path(self, name):
        return os.path.join(self._folder, name)

    @staticmethod
    def _openssl(*arguments):
        done = subprocess.run(["openssl", *arguments], check=False, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"openssl {arguments[0]}: {done.stderr.strip()}")
