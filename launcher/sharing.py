"""Something that several processes use, and that the last of them stops."""

import contextlib
import fcntl


class Share:
    """The share of one process in what a folder holds; gone when the process ends.

    Locks of the kernel, so a process that was killed leaves nothing behind.
    """

    def __init__(self, folder):
        self.folder = folder
        self._held = None

    @contextlib.contextmanager
    def gate(self):
        """Let one process at a time start or stop what is shared."""
        with open(self.folder / "start.lock", "w") as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)
            yield

    def take(self):
        """Be a user from now on; call it inside :meth:`gate`."""
        if not self._held:
            self._held = open(self.folder / "users.lock", "w")  # noqa: SIM115 held
            fcntl.flock(self._held, fcntl.LOCK_SH)

    def is_last(self):
        """Say whether nobody else has a share; call it inside :meth:`gate`."""
        self.take()
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            fcntl.flock(self._held, fcntl.LOCK_SH)
            return False
        return True

    def release(self):
        """Be no user any more."""
        if self._held:
            self._held.close()
            self._held = None

    def __bool__(self):
        return self._held is not None
