"""Something that several processes use, and that the last of them stops."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO


class Share:
    """The share of one process in what a folder holds; gone when the process ends.

    Locks of the kernel, so a process that was killed leaves nothing behind.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._held: TextIO | None = None

    @contextlib.contextmanager
    def gate(self) -> Iterator[None]:
        """Let one process at a time start or stop what is shared."""
        with open(self.folder / "start.lock", "w") as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)
            yield

    def take(self) -> None:
        """Be a user from now on; call it inside :meth:`gate`."""
        if not self._held:
            self._held = open(self.folder / "users.lock", "w")  # noqa: SIM115 held
            fcntl.flock(self._held, fcntl.LOCK_SH)

    def is_last(self) -> bool:
        """Say whether nobody else has a share; call it inside :meth:`gate`."""
        self.take()
        assert self._held
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            fcntl.flock(self._held, fcntl.LOCK_SH)
            return False
        return True

    def release(self) -> None:
        """Be no user any more."""
        if self._held:
            self._held.close()
            self._held = None

    def __bool__(self) -> bool:
        return self._held is not None
