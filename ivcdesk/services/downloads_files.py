"""Files of downloads: hidden while they grow, and under their names only when they are whole."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path

from ivcdesk.domain.exports import distinct
from ivcdesk.services.downloads_jobs import Job, Published, Stopped

FULL = (errno.ENOSPC, errno.EDQUOT)
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EACCES)
_BLOCK = 1 << 20


def partial(job: Job, part: int | None) -> Path:
    """Return the hidden file of a part, or with None that of the joined ones."""
    which = "joined" if part is None else f"{part + 1:03d}"
    return Path(job.order.folder) / f".ivcdesk-{job.order.token}-{which}.part"


def partials(job: Job) -> list[Path]:
    """Return all hidden files that a job may have."""
    return [partial(job, None), *(partial(job, n) for n in range(len(job.order.parts)))]


def make(folders: Collection[Path]) -> None:
    """Make folders, as far as that is possible."""
    for folder in folders:
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)


def remove(paths: Collection[Path]) -> None:
    """Delete files, as far as they are there."""
    for path in paths:
        with suppress(OSError):
            path.unlink()


def size_of(path: Path) -> int:
    """Return the bytes of a file, 0 where there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def free_bytes(folder: Path) -> int:
    """Return how many bytes may still be written to a folder. Raises OSError."""
    return shutil.disk_usage(folder).free


def digest(path: Path, stopped: Callable[[], bool] = lambda: False) -> str:
    """Return the SHA-256 of a file as hex digits. Raises OSError and Stopped."""
    found = hashlib.sha256()
    buffer = memoryview(bytearray(_BLOCK))
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(buffer):
            if stopped():
                raise Stopped
            found.update(buffer[:count])
    return found.hexdigest()


def sync(path: Path) -> None:
    """Make a file last. Raises OSError."""
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Make a new name in a folder last, where the system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def free_name(folder: Path, name: str, taken: Collection[str]) -> str:
    """Return a name that no file in the folder has and that is not taken otherwise."""
    with suppress(OSError):
        taken = {*taken, *os.listdir(folder)}  # noqa: PTH208 - names are all that is wanted
    return distinct(name, taken)


def is_published(published: Published, folder: Path) -> bool:
    """Whether a file already has its name, and is the very one. Raises OSError."""
    path = folder / published.name
    return size_of(path) == published.size and digest(path) == published.digest


def publish(hidden: Path, target: Path) -> None:
    """Give a whole file its name. Raises FileExistsError where it is taken, and OSError."""
    if os.name == "nt":
        hidden.rename(target)  # which never replaces there
        return
    try:
        target.hardlink_to(hidden)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # A stick without hard links: looking first is the next best.
        if target.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from None
        hidden.rename(target)
    else:
        hidden.unlink()
    sync_folder(target.parent)
