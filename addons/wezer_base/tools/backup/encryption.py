"""Encrypting a backup for its recipients, with age or GPG; plain, without Odoo.

Recipients are public keys, so the machine that makes a backup cannot read it. Secret
keys come from files or GPG's keyring only: neither keys nor passphrases are arguments.
"""

import contextlib
import errno
import io
import os
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from .refusals import BackupRefused

AGE, GPG = "age", "gpg"
#: The last part of the name of an encrypted backup.
ENDINGS = {AGE: ".age", GPG: ".gpg"}
FINGERPRINT = re.compile(r"[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64}")
PGP_PUBLIC = b"-----BEGIN PGP PUBLIC KEY BLOCK-----"
SECRETS = (b"AGE-SECRET-KEY-", b"PRIVATE KEY-----", b"PGP PRIVATE KEY BLOCK")
#: A file of keys is no larger.
KEYS_LIMIT = 1 << 20


@dataclass
class Recipients:
    """Public keys that a backup is encrypted for, all of one program."""

    program: str
    age: list[Any] = field(default_factory=list)
    gpg: list[str] = field(default_factory=list)


def recipients(words: Iterable[str]) -> Recipients | None:
    """Read recipients; return None where there are none.

    :param words: each an age or SSH public key, a file with public keys, or the
        fingerprint or address of a key in GPG's keyring
    """
    age: list[Any] = []
    gpg: list[str] = []
    for word in map(str.strip, words):
        if not word:
            continue
        if any(secret.decode() in word for secret in SECRETS):
            raise BackupRefused(
                "A recipient is a public key, and this is a secret one",
                "Give the public key that belongs to it.",
                rule="recipient",
            )
        if word.startswith(("age1", "ssh-")):
            age.append(_age_recipient(word))
        elif Path(word).is_file():
            _of_file(Path(word), age, gpg)
        else:
            # An address may have keys of others in the keyring: GPG must trust it.
            trust = ["--trust-model", "always"] if FINGERPRINT.fullmatch(word) else []
            gpg += [*trust, f"--recipient={word}"]
    if age and gpg:
        raise BackupRefused(
            "Recipients of age and of GPG cannot share a backup",
            "Give recipients of one of them.",
            rule="recipient",
        )
    if gpg:
        _gpg()
        return Recipients(GPG, gpg=gpg)
    return Recipients(AGE, age=age) if age else None


def _of_file(path: Path, age: list[Any], gpg: list[str]) -> None:
    """Add the recipients that a file names."""
    data = _keys(path)
    if any(secret in data for secret in SECRETS):
        raise BackupRefused(
            f"{path} holds a secret key, and a recipient is a public one",
            "Give a file with the public key.",
            rule="recipient",
        )
    if PGP_PUBLIC in data or path.suffix == ".gpg":
        gpg.append(f"--recipient-file={path}")
        return
    try:
        lines = [line.strip() for line in data.decode().splitlines()]
    except UnicodeDecodeError as error:
        raise _no_recipient(str(path)) from error
    found = [line for line in lines if line and not line.startswith("#")]
    if not found:
        raise _no_recipient(str(path))
    age += map(_age_recipient, found)


def _age_recipient(word: str) -> Any:
    pyrage = _pyrage()
    try:
        if word.startswith("ssh-"):
            return pyrage.ssh.Recipient.from_str(word)
        return pyrage.x25519.Recipient.from_str(word)
    except (pyrage.RecipientError, ValueError) as error:
        raise _no_recipient(word) from error


def _no_recipient(word: str) -> BackupRefused:
    return BackupRefused(
        f"{ascii(word[:80])} is no public key of age, SSH or GPG",
        "age-keygen -y KEYFILE shows the public key of a key file.",
        rule="recipient",
        value=word,
    )


def _pyrage() -> Any:
    try:
        import pyrage
    except ImportError as error:
        raise BackupRefused(
            "Encrypting with age needs the Python package pyrage",
            "Install it: pip install pyrage",
            rule="program",
            value="pyrage",
        ) from error
    return pyrage


def _gpg() -> str:
    program = shutil.which("gpg")
    if not program:
        raise BackupRefused(
            "GPG is not installed",
            "Install it (on Debian: apt install gnupg), or use a recipient of age.",
            rule="program",
            value="gpg",
        )
    return program


def _keys(path: Path) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(KEYS_LIMIT)
    except OSError as error:
        raise BackupRefused(
            f"The key file {path} cannot be read: {error.strerror}", rule="identity"
        ) from error


# === Writing === #


class _Kept(io.RawIOBase):
    """A stream that keeps the error of its last write: pyrage tells its text only."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream
        self.error: OSError | None = None

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        try:
            return self.stream.write(data)
        except OSError as error:
            self.error = error
            raise


@contextlib.contextmanager
def encrypted(stream: IO[bytes], to: Recipients | None) -> Iterator[IO[bytes]]:
    """Yield what to write to; it arrives in ``stream`` encrypted."""
    if not to:
        yield stream
        return
    with (
        _age_stream(stream, to) if to.program == AGE else _gpg_stream(stream, to) as (
            entrance
        )
    ):
        yield entrance


@contextlib.contextmanager
def _age_stream(stream: IO[bytes], to: Recipients) -> Iterator[IO[bytes]]:
    pyrage = _pyrage()
    begin, end = os.pipe()
    kept = _Kept(stream)
    failed: list[Exception] = []

    def work() -> None:
        try:
            with os.fdopen(begin, "rb") as reader:
                pyrage.encrypt_io(reader, kept, to.age)
        except Exception as error:
            failed.append(error)

    thread = threading.Thread(target=work, name="wezer.backup.age", daemon=True)
    thread.start()
    try:
        with os.fdopen(end, "wb", buffering=1 << 16) as entrance:
            yield entrance
    except BrokenPipeError:
        # The other end has ended, for the reason that is raised below.
        thread.join()
        if not failed:
            raise
    finally:
        thread.join()
    if kept.error:
        raise kept.error
    if failed:
        raise BackupRefused(f"age cannot encrypt: {failed[0]}", rule="recipient")


@contextlib.contextmanager
def _gpg_stream(stream: IO[bytes], to: Recipients) -> Iterator[IO[bytes]]:
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [_gpg(), "--batch", "--no-tty", "--quiet", *to.gpg]
            + ["--compress-algo=none", "--encrypt", "--output=-"],
            stdin=subprocess.PIPE,
            stdout=stream,
            stderr=said,
        )
        assert process.stdin
        try:
            with contextlib.suppress(BrokenPipeError):
                yield process.stdin
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
            process.wait()
        except BaseException:
            process.kill()
            process.wait()
            raise
        if process.returncode:
            raise BackupRefused(
                f"GPG cannot encrypt: {_last_line(said)}",
                "A key given by its address must be trusted; the fingerprint of "
                "40 digits, or a file with the public key, is taken as it is.",
                rule="recipient",
            )


def _last_line(said: IO[bytes]) -> str:
    said.seek(0)
    lines = said.read().decode(errors="replace").strip().splitlines()
    return lines[-1].removeprefix("gpg: ") if lines else "it gave no reason"


# === Reading === #


def program_of(path: Path) -> str:
    """Return which program has encrypted a file: ``age``, ``gpg``, or ``""``."""
    with open(path, "rb") as file:
        begin = file.read(64)
    if begin.startswith((b"age-encryption.org/", b"-----BEGIN AGE ENCRYPTED FILE")):
        return AGE
    # Packets of OpenPGP that hold a session key, in the old and the new format.
    if begin.startswith(b"-----BEGIN PGP MESSAGE") or begin[:1] in (
        *(b"\x84", b"\x85", b"\x86", b"\xc1", b"\x8c", b"\xc3"),
    ):
        return GPG
    return ""


def decrypt(path: Path, target: IO[bytes], identities: Iterable[Path] = ()) -> None:
    """Write the contents of an encrypted file to ``target``.

    :param identities: files of secret keys; GPG looks into its keyring without them
    """
    if program_of(path) == GPG:
        _decrypt_gpg(path, target, list(identities))
    else:
        _decrypt_age(path, target, list(identities))


def _decrypt_age(path: Path, target: IO[bytes], identities: list[Path]) -> None:
    pyrage = _pyrage()
    keys = [key for name in identities for key in _age_identities(pyrage, name)]
    if not keys:
        raise BackupRefused(
            "The backup is encrypted with age, and no key file was named",
            "Name it: --identity KEYFILE",
            rule="key",
        )
    kept = _Kept(target)
    try:
        with open(path, "rb") as file:
            pyrage.decrypt_io(file, kept, keys)
    except pyrage.DecryptError as error:
        if "No matching keys" in str(error):
            raise _wrong_key() from error
        raise _cut() from error
    except OSError as error:
        if kept.error:
            raise kept.error from error
        raise _cut() from error


def _age_identities(pyrage: Any, path: Path) -> list[Any]:
    data = _keys(path)
    try:
        if b"OPENSSH PRIVATE KEY-----" in data or b"RSA PRIVATE KEY-----" in data:
            return [pyrage.ssh.Identity.from_buffer(data)]
        lines = [line.strip() for line in data.decode().splitlines()]
        return [
            pyrage.x25519.Identity.from_str(line)
            for line in lines
            if line and not line.startswith("#")
        ]
    except (pyrage.IdentityError, ValueError) as error:
        raise BackupRefused(
            f"{path} holds no secret key that can be used",
            "A key file that has a passphrase must be decrypted first: age -d FILE",
            rule="identity",
            value=str(path),
        ) from error


def _decrypt_gpg(path: Path, target: IO[bytes], identities: list[Path]) -> None:
    with contextlib.ExitStack() as stack:
        environment = {**os.environ, "LC_ALL": "C"}
        if identities:
            # A keyring of this restoration's own, which is gone after it.
            home = stack.enter_context(tempfile.TemporaryDirectory(prefix="wzg"))
            environment["GNUPGHOME"] = home
            stack.callback(
                subprocess.run,
                ["gpgconf", "--kill", "all"],
                env=environment,
                capture_output=True,
            )
            for name in identities:
                done = subprocess.run(
                    [_gpg(), "--batch", "--quiet", "--import", str(name)],
                    env=environment,
                    capture_output=True,
                )
                if done.returncode:
                    raise BackupRefused(
                        f"{name} holds no key of GPG", rule="identity", value=str(name)
                    )
        said = stack.enter_context(tempfile.TemporaryFile())
        status_read, status_write = os.pipe()
        status = stack.enter_context(os.fdopen(status_read, "rb"))
        process = subprocess.Popen(
            [_gpg(), "--quiet", "--batch", f"--status-fd={status_write}"]
            + ["--decrypt", str(path)],
            stdin=subprocess.DEVNULL,
            stdout=target,
            stderr=said,
            env=environment,
            pass_fds=[status_write],
        )
        os.close(status_write)
        try:
            lines = status.read().decode(errors="replace")
            process.wait()
        except BaseException:
            process.kill()
            process.wait()
            raise
        if not process.returncode:
            return
        said.seek(0)
        words = said.read()
        # Versions differ in which of both they write.
        if "DECRYPTION_INFO" not in lines and (
            "NO_SECKEY" in lines or b"No secret key" in words
        ):
            raise _wrong_key()
        if b"No space left" in words:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        raise _cut()


def _wrong_key() -> BackupRefused:
    return BackupRefused(
        "None of the keys opens the backup: it was encrypted for others",
        "Name the key file of a recipient: --identity KEYFILE",
        rule="key",
    )


def _cut() -> BackupRefused:
    return BackupRefused(
        "The backup is damaged: it is cut short, or was changed after it was encrypted",
        "Use another copy of it.",
        rule="cut",
    )
