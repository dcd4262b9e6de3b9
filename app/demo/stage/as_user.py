"""A program of another user with the capabilities that interfaces of the kernel take (docs/service.md)."""

import os
import pwd
import shutil
import subprocess

CAPABILITIES = "+net_admin,+net_raw"


class AsUser:
    """`folder` is that user's from now on, for sockets and state."""

    def __init__(self, name, folder):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            raise LookupError(f"there is no user '{name}': useradd --system {name}, or name another") from None
        self.folder = folder
        self._drop = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        os.makedirs(folder, exist_ok=True)
        os.chown(folder, user.pw_uid, user.pw_gid)

    @property
    def words(self):
        """What stands before the program's own words."""
        return [*self._drop, f"--inh-caps={CAPABILITIES}", f"--ambient-caps={CAPABILITIES}", "env",
                f"RUNTIME_DIRECTORY={self.folder}"]

    def may_run(self, path):
        return subprocess.run([*self._drop, shutil.which("test") or "test", "-x", path], check=False).returncode == 0
