"""AES-256-GCM (FIPS 197, SP 800-38D) with the standard library alone. Slow, and not in constant time."""


def _times(a, b):
    product = 0
    while b:
        if b & 1:
            product ^= a
        a = (a << 1) ^ (0x11B if a & 0x80 else 0)
        b >>= 1
    return product


def _sbox():
    box = [0] * 256
    for value in range(256):
        inverse = next((other for other in range(256) if _times(value, other) == 1), 0)
        turned = inverse
        for _ in range(4):
            inverse = (inverse << 1 | inverse >> 7) & 0xFF
            turned ^= inverse
        box[value] = turned ^ 0x63
    return box


SBOX = _sbox()
TWICE = [_times(value, 2) for value in range(256)]


def _expand(key):
    words = [list(key[i : i + 4]) for i in range(0, 32, 4)]
    rcon = 1
    for i in range(8, 60):
        word = list(words[i - 1])
        if i % 8 == 0:
            word = [SBOX[b] for b in word[1:] + word[:1]]
            word[0] ^= rcon
            rcon = _times(rcon, 2)
        elif i % 8 == 4:
            word = [SBOX[b] for b in word]
        words.append([a ^ b for a, b in zip(words[i - 8], word)])
    return [sum(words[i : i + 4], []) for i in range(0, 60, 4)]


def _block(keys, block):
    state = [a ^ b for a, b in zip(block, keys[0])]
    for number in range(1, 15):
        state = [SBOX[state[(i + 4 * (i % 4)) % 16]] for i in range(16)]
        if number < 14:
            mixed = []
            for i in range(0, 16, 4):
                column = state[i : i + 4]
                whole = column[0] ^ column[1] ^ column[2] ^ column[3]
                mixed += [b ^ whole ^ TWICE[b ^ column[(j + 1) % 4]] for j, b in enumerate(column)]
            state = mixed
        state = [a ^ b for a, b in zip(state, keys[number])]
    return bytes(state)


def _ghash(h, data):
    y = 0
    for i in range(0, len(data), 16):
        x = y ^ int.from_bytes(data[i : i + 16], "big")
        y, v = 0, h
        for bit in range(127, -1, -1):
            if x >> bit & 1:
                y ^= v
            v = v >> 1 ^ (0xE1 << 120 if v & 1 else 0)
    return y


def _crypt(key, nonce, data, aad, of):
    """The data under the key stream, and the tag over what `of` says is the ciphertext."""
    keys = _expand(key)
    out = bytearray()
    for number, i in enumerate(range(0, len(data), 16), 2):
        stream = _block(keys, nonce + number.to_bytes(4, "big"))
        out += bytes(a ^ b for a, b in zip(data[i : i + 16], stream))
    ciphertext = of(bytes(out))
    padded = b"".join(part + bytes(-len(part) % 16) for part in (aad, ciphertext))
    lengths = (8 * len(aad)).to_bytes(8, "big") + (8 * len(ciphertext)).to_bytes(8, "big")
    hashed = _ghash(int.from_bytes(_block(keys, bytes(16)), "big"), padded + lengths).to_bytes(16, "big")
    tag = bytes(a ^ b for a, b in zip(hashed, _block(keys, nonce + b"\0\0\0\1")))
    return bytes(out), tag


def seal(key, nonce, message, aad):
    out, tag = _crypt(key, nonce, message, aad, lambda out: out)
    return out + tag


def open_(key, nonce, ciphertext, aad):
    """The message, or None when the tag is wrong."""
    body, tag = ciphertext[:-16], ciphertext[-16:]
    out, wanted = _crypt(key, nonce, body, aad, lambda _: body)
    return out if tag == wanted else None


def self_test():
    """Test case 16 of the GCM specification (McGrew, Viega)."""
    key = bytes.fromhex("feffe9928665731c6d6a8f9467308308" * 2)
    message = bytes.fromhex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
    )
    aad = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    sealed = seal(key, bytes.fromhex("cafebabefacedbaddecaf888"), message, aad)
    assert sealed.hex() == (
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"
    )


self_test()
