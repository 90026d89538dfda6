"""Checks the journal without any code of Yilang: a whole log in a file, or the proof of one entry.

    python3 tests-journal/checker.py BUNDLE [VERIFIER-KEY [WITNESS-KEY …]]

The format is described in docs/journal-format.md. Standard library only: SHA-256 as RFC 6962 uses it, Ed25519 after
RFC 8032, notes and checkpoints after C2SP signed-note, tlog-checkpoint and tlog-cosignature.
"""

import base64
import hashlib
import json
import sys

P = 2**255 - 19
D = -121665 * pow(121666, P - 2, P) % P
L = 2**252 + 27742317777372353535851937790883648493


def add(a, b):
    """The sum of two points in extended coordinates (x, y, z, x*y/z)."""
    u, v = (a[1] - a[0]) * (b[1] - b[0]), (a[1] + a[0]) * (b[1] + b[0])
    w, z = 2 * a[3] * b[3] * D, 2 * a[2] * b[2]
    e, f, g, h = v - u, z - w, z + w, v + u
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n, point):
    total = (0, 1, 1, 0)
    for bit in bin(n)[2:]:
        total = add(total, total)
        if bit == "1":
            total = add(total, point)
    return total


def point(encoded):
    """The point that 32 bytes stand for; none if they stand for none."""
    y = int.from_bytes(encoded, "little") & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P:
        return None
    x = P - x if x % 2 != encoded[31] >> 7 else x
    return x, y, 1, x * y % P


def signed(key, message, signature):
    """Ed25519: s*B = R + k*A."""
    a, r, s = point(key), point(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L or len(signature) != 64:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    base = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    left, right = times(s, base), add(r, times(k, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


def leaf_hash(line):
    return hashlib.sha256(b"\0" + line.encode()).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root(leaves):
    """RFC 6962, 2.1, as a stack of full subtrees."""
    stack = []
    for leaf in leaves:
        stack.append((1, leaf))
        while len(stack) > 1 and stack[-1][0] == stack[-2][0]:
            (size, right), (_, left) = stack.pop(), stack.pop()
            stack.append((2 * size, node(left, right)))
    whole = stack.pop()[1] if stack else hashlib.sha256(b"").digest()
    while stack:
        whole = node(stack.pop()[1], whole)
    return whole


def root_from_path(index, size, leaf, path):
    """The root that an audit path leads to (RFC 9162, 2.1.3.2)."""
    hashed, at, last = leaf, index, size - 1
    for sibling in path:
        if last == 0:
            raise ValueError("the path is too long")
        if at % 2 or at == last:
            hashed = node(sibling, hashed)
            while at % 2 == 0 and at:
                at, last = at >> 1, last >> 1
        else:
            hashed = node(hashed, sibling)
        at, last = at >> 1, last >> 1
    if last:
        raise ValueError("the path is too short")
    return hashed


def checkpoint(note, keys):
    """Origin, size and root of a checkpoint that one of the keys has signed."""
    text, signatures = note.rsplit("\n\n", 1)
    text += "\n"
    origin, size, tree = text.split("\n")[:3]
    for vkey in keys:
        name, number, encoded = vkey.split("+", 2)
        kind, key = base64.b64decode(encoded)[0], base64.b64decode(encoded)[1:]
        for line in signatures.splitlines():
            _, signer, blob = line.split(" ")
            blob = base64.b64decode(blob)
            if (signer, blob[:4].hex(), kind) == (name, number, 1) and name == origin and signed(key, text.encode(), blob[4:]):
                return origin, int(size), base64.b64decode(tree)
    raise ValueError("the checkpoint is not signed by the log's key")


def cosigned(note, vkey):
    """The time, in seconds since 1970, at which the witness with this key has signed a checkpoint."""
    text, signatures = note.rsplit("\n\n", 1)
    name, number, encoded = vkey.split("+", 2)
    kind, key = base64.b64decode(encoded)[0], base64.b64decode(encoded)[1:]
    numbered = hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + key).hexdigest()[:8]
    if kind != 4 or numbered != number:
        raise ValueError("not the key of a witness")
    for line in signatures.splitlines():
        _, signer, blob = line.split(" ")
        blob = base64.b64decode(blob)
        at = int.from_bytes(blob[4:12], "big")
        message = f"cosignature/v1\ntime {at}\n{text}\n".encode()
        if (signer, blob[:4].hex()) == (name, number) and signed(key, message, blob[12:]):
            return at
    raise ValueError(f"not cosigned by {name}")


def bundle(lines, key=None, witnesses=()):
    """Checks a whole log; gives its origin and size. Each of the witnesses must have signed it."""
    head = json.loads(lines[0])
    if head["format"] != "yilang/bundle/v1":
        raise ValueError("not a bundle")
    origin, size, tree = checkpoint(head["checkpoint"], [key] if key else head["keys"])
    for witness in witnesses or head["witnesses"]:
        cosigned(head["checkpoint"], witness)
    leaves = [leaf_hash(line) for line in lines[1:]]
    if len(leaves) != size:
        raise ValueError(f"{len(leaves)} leaves in the file, {size} in the checkpoint")
    if root(leaves) != tree:
        raise ValueError("the leaves do not give the root of the checkpoint")
    return origin, size


def entry(standing, keys):
    """Checks the proof of one entry as the API gives it; gives the leaf."""
    proof = standing["proof"]
    _, size, tree = checkpoint(proof["checkpoint"], keys)
    path = [bytes.fromhex(each) for each in proof["hashes"]]
    if root_from_path(standing["index"], size, leaf_hash(standing["leaf"]), path) != tree:
        raise ValueError("the proof does not lead to the root of the checkpoint")
    return json.loads(standing["leaf"])


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        found = bundle(file.read().splitlines(), sys.argv[2] if sys.argv[2:] else None, sys.argv[3:])
    print(f"{found[0]}: {found[1]} leaves, everything holds")
