"""What every part of the format is made of: framings, hashes, points, scalars, keys, the cipher (docs/sealing-format.md, Notation)."""

import hashlib
import hmac
import struct

import aes
from curve import ORDER, G, decode, encode

try:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
except ImportError:
    AESGCM = None

NAME = b"yilang-sealing/1 "


class Refused(Exception):
    """Why something is refused: the code of the format."""


def sha256(data):
    return hashlib.sha256(data).digest()


def u16(number):
    return struct.pack(">H", number)


def u32(number):
    return struct.pack(">I", number)


def framed(domain, *parts):
    return NAME + domain.encode() + b"\0" + b"".join(u32(len(part)) + part for part in parts)


def hs(domain, *parts):
    return int.from_bytes(hashlib.sha512(framed(domain, *parts)).digest(), "little") % ORDER


def point(data):
    found = decode(data)
    if found is None or not any(data):
        raise Refused("sealing-point")
    return found


def scalar(data):
    number = int.from_bytes(data, "little")
    if number >= ORDER:
        raise Refused("sealing-scalar")
    return number


def le(number):
    return (number % ORDER).to_bytes(32, "little")


def hkdf(ikm, salt, info, length):
    """RFC 5869 with SHA-512; one block is enough here."""
    prk = hmac.digest(salt, ikm, "sha512")
    return hmac.digest(prk, info + b"\1", "sha512")[:length]


def gcm_open(key, data, aad):
    if AESGCM is None:
        return aes.open_(key[:32], key[32:], data, aad)
    try:
        return AESGCM(key[:32]).decrypt(key[32:], data, aad)
    except InvalidTag:
        return None


def gcm_seal(key, data, aad):
    return aes.seal(key[:32], key[32:], data, aad)


def hexes(file, *names):
    return [bytes.fromhex(file[name]) for name in names]
