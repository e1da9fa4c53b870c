"""The zip archive of PyTorch since version 1.6: a pickle, and one uncompressed record for each storage.

The records of ``<top folder>/``: ``data.pkl``, ``byteorder``, ``data/<key>`` and some small ones about versions. The
bytes of a record begin at a multiple of 64 in the file, so that it can be mapped into memory.
"""

from __future__ import annotations

import errno
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from deep_learner.serialization import SerializationError
from deep_learner_serializers.regions import map_privately

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from deep_learner_serializers.pytorch.tensors import Storage

__all__ = ["Archive", "write_archive"]

ALIGNMENT = 64
_TOP = "archive"
_LOCAL = 30  # bytes of a local header before the name
_ZIP64 = 20  # bytes that zipfile adds to the header of a record too large for 32 bits
LARGE = 1 << 31  # bytes from which a record is written for 64 bits
_PADDING = b"FB"  # the header of PyTorch's padding, an extra field of zip
_DATE = (1980, 1, 1, 0, 0, 0)


class Archive:
    """The records of a file, each checked against the file before it is read.

    Parameters
    ----------
    file
        Open for reading.
    mapped
        Whether storages are mapped into memory, and come from the disk when they are used, rather than read.

    Raises
    ------
    SerializationError
        It is no zip archive, or no archive of PyTorch's.
    """

    def __init__(self, file: BinaryIO, mapped: bool = False) -> None:
        self.file = file
        self.size = file.seek(0, 2)
        self.map = map_privately(file) if mapped else None
        try:
            with zipfile.ZipFile(file) as archive:
                entries = archive.infolist()
        except OSError as error:
            if error.errno != errno.EINVAL:  # which is a seek to where no byte can be
                raise
            raise SerializationError(f"the archive is damaged or cut short ({error!s:.200})") from None
        except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, OverflowError) as error:
            raise SerializationError(f"the archive is damaged or cut short ({error!s:.200})") from None
        self.records = self._checked(entries)
        self.byteorder = self._byteorder()

    def _checked(self, entries: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
        """The records by their names inside the top folder."""
        tops = {entry.filename.partition("/")[0] for entry in entries}
        if len(tops) != 1:
            raise SerializationError(f"the archive has {len(tops)} top folders; PyTorch's has one")
        records: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            name = entry.filename.partition("/")[2]
            if name in records:
                raise SerializationError(f"the archive has two records {name!r:.100}")
            if "\\" in name or any(part in ("", "..") for part in name.split("/")):
                raise SerializationError(
                    f"the archive has a record with the impossible name {entry.filename!r:.100}"
                )
            if entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size:
                raise SerializationError(
                    f"the archive's record {name!r:.100} is compressed; PyTorch's are not"
                )
            if entry.flag_bits & 1:
                raise SerializationError(f"the archive's record {name!r:.100} is encrypted")
            records[name] = entry
        if sum(entry.file_size for entry in entries) > self.size:
            raise SerializationError("the archive's records are larger, taken together, than the file")
        if "data.pkl" not in records:
            kind = "a TorchScript archive" if "constants.pkl" in records else "no archive of PyTorch's"
            raise SerializationError(f"the archive has no record 'data.pkl': it is {kind}")
        return records

    def _byteorder(self) -> str:
        if "byteorder" not in self.records:  # before PyTorch 2.1
            return "little"
        order = self.record("byteorder").tobytes()
        if order not in (b"little", b"big"):
            raise SerializationError(f"the archive's byte order is {order!r:.40}, neither little nor big")
        return order.decode()

    def record(self, name: str) -> npt.NDArray[np.uint8]:
        """The bytes of a record, in memory of their own that may be written; checked unless mapped."""
        if name not in self.records:
            raise SerializationError(f"the archive has no record {name!r:.100}")
        entry = self.records[name]
        start = self._start(entry)
        if start + entry.file_size > self.size:
            raise SerializationError(f"the archive's record {name!r:.100} reaches beyond the end of the file")
        if self.map is not None:
            return np.frombuffer(self.map, np.uint8, entry.file_size, start)
        content = np.empty(entry.file_size, np.uint8)
        self.file.seek(start)
        if self.file.readinto(memoryview(content)) != entry.file_size:  # type: ignore[attr-defined]
            raise SerializationError(f"the archive's record {name!r:.100} is cut short")
        if entry.CRC and zlib.crc32(content.data) != entry.CRC:  # PyTorch can be told not to compute it
            raise SerializationError(f"the archive's record {name!r:.100} is damaged: its checksum differs")
        return content

    def _start(self, entry: zipfile.ZipInfo) -> int:
        """Where the bytes of a record begin: after its local header, which must be there."""
        header = b""
        if 0 <= entry.header_offset < self.size:
            self.file.seek(entry.header_offset)
            header = self.file.read(_LOCAL)
        if len(header) < _LOCAL or not header.startswith(b"PK\x03\x04"):
            raise SerializationError(f"the archive's record {entry.filename!r:.100} has a damaged header")
        name, extra = struct.unpack_from("<HH", header, _LOCAL - 4)
        return entry.header_offset + _LOCAL + name + extra

    def bytes_of(self, storage: Storage) -> npt.NDArray[np.uint8]:
        """The bytes of a storage."""
        content = self.record(f"data/{storage.key}")
        if content.size != storage.nbytes:
            raise SerializationError(
                f"the storage {storage.key!r:.100} of {storage.length} elements ({storage.kind.name}) takes "
                f"{storage.nbytes} bytes, but has {content.size}"
            )
        return content


def write_archive(file: BinaryIO, pickled: bytes, storages: Iterable[npt.NDArray[np.generic]]) -> None:
    """Write an archive as PyTorch does, taking one storage after the other: equal content makes equal files."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        _write_record(archive, "data.pkl", memoryview(pickled))
        _write_record(archive, ".format_version", memoryview(b"1"))
        _write_record(archive, ".storage_alignment", memoryview(str(ALIGNMENT).encode()))
        _write_record(archive, "byteorder", memoryview(b"little"))
        for key, storage in enumerate(storages):
            _write_record(archive, f"data/{key}", storage.view(np.uint8).data)
        _write_record(archive, "version", memoryview(b"3\n"))


def _write_record(archive: zipfile.ZipFile, name: str, content: memoryview) -> None:
    large = content.nbytes >= LARGE
    entry = zipfile.ZipInfo(f"{_TOP}/{name}", _DATE)
    header = _LOCAL + len(entry.filename) + (_ZIP64 if large else 0) + len(_PADDING) + 2
    padding = -(archive.fp.tell() + header) % ALIGNMENT  # type: ignore[union-attr]
    entry.extra = _PADDING + struct.pack("<H", padding) + b"Z" * padding
    with archive.open(entry, "w", force_zip64=large) as record:
        record.write(content)
