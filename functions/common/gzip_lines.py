"""The lines of a gzip object, also of a damaged one as far as they are certain. Pure."""

import gzip
import zlib

CHUNK = 256  # bytes; at most so much is lost before a damage


def read(body: bytes) -> tuple[list[bytes], str | None]:
    """Return the lines, and how the object is damaged, None if it is not.

    Of a damaged object they are the complete lines before the damage. A member whose checksum is
    wrong has none: any of its bytes may be.
    """
    try:
        return gzip.decompress(body).splitlines(), None
    except (OSError, EOFError, zlib.error) as error:
        certain = _before_damage(body)
        complete = certain[: certain.rfind(b"\n") + 1]
        return bytes(complete).splitlines(), str(error) or type(error).__name__


def _before_damage(body: bytes) -> bytearray:
    found = bytearray()
    rest = body
    while rest:
        member, begin = zlib.decompressobj(wbits=31), len(found)
        try:
            for start in range(0, len(rest), CHUNK):
                found += member.decompress(rest[start : start + CHUNK])
                if member.eof:
                    rest = member.unused_data + rest[start + CHUNK :]
                    break
            else:
                return found  # cut off
        except zlib.error as error:
            if "check" in str(error):  # of data, length or header
                del found[begin:]
            return found
    return found
