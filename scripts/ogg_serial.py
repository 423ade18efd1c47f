"""An Ogg file in, the same file with a serial number of our choice out.

libsndfile draws the serial number of the stream from the clock, so that the same sound gives other bytes each time.
"""

import struct

_SERIAL = slice(14, 18)  # of a page
_CHECKSUM = slice(22, 26)
_SEGMENTS = 26
_POLYNOMIAL = 0x04C11DB7  # Ogg's own CRC-32: not reflected, starts at 0


def with_serial(ogg: bytes, serial: int) -> bytes:
    """``ogg`` (one logical stream) with ``serial`` and a new checksum on each page. Raises ValueError if not Ogg."""
    pages = bytearray(ogg)
    at = 0
    while at < len(pages):
        if pages[at : at + 4] != b"OggS":
            raise ValueError(f"no Ogg page at byte {at}")
        table = pages[at + _SEGMENTS + 1 : at + _SEGMENTS + 1 + pages[at + _SEGMENTS]]
        end = at + _SEGMENTS + 1 + len(table) + sum(table)
        page = pages[at:end]
        page[_SERIAL] = struct.pack("<I", serial)
        page[_CHECKSUM] = bytes(4)
        page[_CHECKSUM] = struct.pack("<I", _checksum(page))
        pages[at:end] = page
        at = end
    return bytes(pages)


def _row(byte: int) -> int:
    value = byte << 24
    for _ in range(8):
        value = (value << 1) ^ (_POLYNOMIAL if value & 0x8000_0000 else 0)
    return value & 0xFFFF_FFFF


_TABLE = [_row(byte) for byte in range(256)]


def _checksum(page: bytearray) -> int:
    value = 0
    for byte in page:
        value = ((value << 8) & 0xFFFF_FFFF) ^ _TABLE[(value >> 24) ^ byte]
    return value
