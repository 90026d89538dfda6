"""Checks the test vectors of the sealing format without any code of Yilang.

    python3 tests-sealing/checker.py [crates/sealing/vectors/format-1.json]

The format is described in docs/sealing-format.md. Standard library only (AES-256-GCM by `cryptography` where that is
installed, by aes.py otherwise). The closing line is "operations: N passed, N failed".
"""

import hashlib
import json
import re
import sys

from basics import NAME, Refused, gcm_open, gcm_seal, hkdf, hs, le, point, scalar, sha256, u16, u32
from ceremony import complaint, deal, planned, transcript
from curve import ORDER, G, encode, one_way_map

GB = one_way_map(hashlib.sha512(NAME + b"second generator").digest())
CLASSES = [1024 * 4**i for i in range(9)]
CONTEXT = re.compile(
    r"yilang-sealing/1 context\norigin (?P<origin>[^\n]+)\nround (?P<round>[^\n]+)\ncommittee (?P<committee>[^\n]+)\n"
    r"key (?P<key>[0-9a-f]{64})\nrules (?P<rules>[0-9a-f]{64})\ncloses (?P<closes>0|[1-9][0-9]{0,15})\n"
    r"sender (?P<sender>[^\n]+)\n"
)


class Reader:
    def __init__(self, data, code):
        self.data, self.code = data, code

    def take(self, count):
        if len(self.data) < count:
            raise Refused(self.code)
        taken, self.data = self.data[:count], self.data[count:]
        return taken

    def end(self):
        if self.data:
            raise Refused(self.code)


def name_holds(value):
    return len(value.encode()) <= 200 and value.strip(" ") == value and not re.search(r"[\0-\x1f\x7f]", value)


def context(data):
    try:
        found = CONTEXT.fullmatch(data.decode())
    except UnicodeDecodeError:
        raise Refused("context-shape") from None
    if not found or int(found["closes"]) >= 2**53:
        raise Refused("context-shape")
    if not all(name_holds(found[name]) for name in ("origin", "round", "committee", "sender")):
        raise Refused("context-shape")
    point(bytes.fromhex(found["key"]))
    return found.groupdict()


class Envelope:
    """A whole envelope, read and checked as anybody can."""

    def __init__(self, data):
        read = Reader(data, "envelope-shape")
        magic, version, suite = read.take(4), *read.take(2)
        if magic != b"YLSE":
            raise Refused("envelope-shape")
        if (version, suite) != (1, 1):
            raise Refused("sealing-version")
        length = int.from_bytes(read.take(2), "big")
        if length > 1024:
            raise Refused("envelope-shape")
        self.written = read.take(length)
        self.context = context(self.written)
        self.u, self.ub = read.take(32), read.take(32)
        points = point(self.u), point(self.ub)
        self.head = data[: 8 + length + 64]
        e, f = scalar(read.take(32)), scalar(read.take(32))
        count = int.from_bytes(read.take(4), "big")
        if count - 16 not in CLASSES:
            raise Refused("envelope-shape")
        self.ciphertext = read.take(count)
        read.end()
        self.lid = data[: len(data) - count] + sha256(self.ciphertext)
        self.hash = sha256(self.lid)
        w, wb = f * G - e * points[0], f * GB - e * points[1]
        if e != hs("envelope", self.head, encode(w), encode(wb), sha256(self.ciphertext)):
            raise Refused("envelope-proof")

    def key(self, shared):
        return hkdf(encode(shared), self.u, NAME + b"key\0" + sha256(self.written), 44)


def share(data, envelope, committee):
    """The seat and its point, of a share that holds."""
    read = Reader(data, "share-shape")
    seat, d = int.from_bytes(read.take(2), "big"), read.take(32)
    part, c, z = point(d), scalar(read.take(32)), scalar(read.take(32))
    read.end()
    if not 1 <= seat <= len(committee["seats"]):
        raise Refused("share-seat")
    public = bytes.fromhex(committee["seats"][seat - 1]["verification_key"])
    a, b = z * G - c * point(public), z * point(envelope.u) - c * part
    if c != hs("share", envelope.hash, u16(seat), public, envelope.u, d, encode(a), encode(b)):
        raise Refused("share-proof")
    return seat, part


def combine(shares):
    """Lagrange at 0."""
    total = 0 * G
    for seat, part in shares:
        factor = 1
        for other, _ in shares:
            if other != seat:
                factor = factor * other * pow(other - seat, -1, ORDER) % ORDER
        total += factor * part
    return total


def only_once(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


def canonical(manifest):
    """The one way to write a manifest."""
    files = [{key: file[key] for key in ("name", "type", "bytes", "sha256")} for file in manifest["files"]]
    fields = dict(sorted(manifest["fields"].items(), key=lambda pair: pair[0].encode()))
    ordered = {"version": 1, "fields": fields, "files": files, "nonce": manifest["nonce"]}
    return json.dumps(ordered, ensure_ascii=False, separators=(",", ":")).encode()


def manifest_holds(manifest):
    files, fields = manifest["files"], manifest["fields"]
    return (
        set(manifest) == {"version", "fields", "files", "nonce"}
        and manifest["version"] == 1
        and len(fields) <= 256
        and len(files) <= 64
        and all(re.fullmatch(r"[a-z][a-z0-9_.-]{0,63}", name) for name in fields)
        and all(isinstance(text, str) and len(text.encode()) <= 65536 for text in fields.values())
        and re.fullmatch(r"[0-9a-f]{32}", manifest["nonce"])
        and all(set(file) == {"name", "type", "bytes", "sha256"} for file in files)
        and all(1 <= len(f["name"].encode()) <= 255 and f["name"] not in (".", "..") for f in files)
        and not any(re.search(r"[\0-\x1f\x7f/\\]", file["name"]) for file in files)
        and all(re.fullmatch(r"[ -~]{1,127}", file["type"]) for file in files)
        and all(isinstance(file["bytes"], int) and file["bytes"] >= 0 for file in files)
    )


def content(data):
    """Fields and files."""
    read = Reader(data, "unopenable-content")
    written = read.take(int.from_bytes(read.take(4), "big"))
    try:
        manifest = json.loads(written, object_pairs_hook=only_once)
        if len(written) > 1 << 20 or not manifest_holds(manifest) or canonical(manifest) != written:
            raise Refused("unopenable-content")
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Refused("unopenable-content") from None
    files = []
    for file in manifest["files"]:
        taken = read.take(file["bytes"])
        if hashlib.sha256(taken).hexdigest() != file["sha256"]:
            raise Refused("unopenable-content")
        files.append({"name": file["name"], "type": file["type"], "content": taken.hex()})
    read.end()
    return manifest, files


def unpad(padded):
    length = int.from_bytes(padded[:4], "big")
    if next((size for size in CLASSES if size >= length + 4), 0) != len(padded) or any(padded[4 + length :]):
        raise Refused("unopenable-padding")
    return padded[4 : 4 + length]


def opened(envelope, shares, committee):
    held = [share(data, envelope, committee) for data in shares]
    assert len({seat for seat, _ in held}) == committee["threshold"]
    padded = gcm_open(envelope.key(combine(held)), envelope.ciphertext, envelope.head)
    if padded is None:
        raise Refused("unopenable-cipher")
    return content(unpad(padded))


def sealed(vector):
    """The envelope again, from what its sender had."""
    written = vector["context"].encode()
    files = [
        {
            "name": file["name"],
            "type": file["type"],
            "bytes": len(file["content"]) // 2,
            "sha256": hashlib.sha256(bytes.fromhex(file["content"])).hexdigest(),
        }
        for file in vector["files"]
    ]
    manifest = canonical({"fields": vector["fields"], "files": files, "nonce": vector["nonce"]})
    whole = u32(len(manifest)) + manifest + b"".join(bytes.fromhex(file["content"]) for file in vector["files"])
    size = next(size for size in CLASSES if size >= len(whole) + 4)
    padded = (u32(len(whole)) + whole).ljust(size, b"\0")
    r, s = (int.from_bytes(bytes.fromhex(vector[name]), "little") for name in "rs")
    u = encode(r * G)
    head = b"YLSE\1\1" + u16(len(written)) + written + u + encode(r * GB)
    shared = encode(r * point(bytes.fromhex(context(written)["key"])))
    key = hkdf(shared, u, NAME + b"key\0" + sha256(written), 44)
    ciphertext = gcm_seal(key, padded, head)
    e = hs("envelope", head, encode(s * G), encode(s * GB), sha256(ciphertext))
    return head + le(e) + le(s + r * e) + u32(len(ciphertext)) + ciphertext, manifest


def tree(hashes):
    """RFC 6962, 2.1."""
    if len(hashes) < 2:
        return sha256(b"\0" + hashes[0]) if hashes else sha256(b"")
    k = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\1" + tree(hashes[:k]) + tree(hashes[k:]))


def refusal(of, *arguments):
    try:
        of(*arguments)
    except Refused as refused:
        return str(refused)
    return None


def renamed(file):
    """The same ceremony with another name on its first seat."""
    changed = json.loads(json.dumps(file))
    changed["plan"]["seats"][0]["name"] += "x"
    return changed


def founded(file, committee):
    """Whether a ceremony holds and its committee is this one."""
    try:
        return transcript(file) == committee
    except (AssertionError, Refused):
        return False


def judge_complaints(file):
    """Each claim about complaints, and whether it holds."""
    seats, plan, deals = file["plan"]["seats"], planned(file["plan"]), file["deals"]
    hashes = {name: deal(one, plan, seats, file["plan"]["threshold"]) for name, one in deals.items()}
    yield "complaints: nobody but the cheated seat can see a lie", len(hashes) > len(file["proven"]) > 0
    for case in file["proven"]:
        about = case["deal"]
        found = complaint(case["complaint"], deals[about], plan, seats, hashes[about])
        yield f"complaint proven: {about}", found == (case["seat"], case["dealer"])
    for case in file["refused"]:
        about = case["deal"]
        found = refusal(complaint, case["complaint"], deals[about], plan, seats, hashes[about])
        yield f"complaint refused: {case['name']}", found == case["code"]


def judge(file):
    """Each claim of the file, and whether it holds."""
    committee = file["committee"]
    yield "the second generator", encode(GB).hex() == file["second_generator"]
    yield "the ceremony and its committee", founded(file["transcript"], committee)
    yield "a ceremony with a changed name does not hold", not founded(renamed(file["transcript"]), committee)
    for vector in file["envelopes"]:
        data = bytes.fromhex(vector["envelope"])
        name, envelope = vector["name"], Envelope(data)
        made, manifest = sealed(vector)
        yield f"{name}: sealed again, byte for byte", made == data and manifest.decode() == vector["manifest"]
        yield f"{name}: lid and hash", [envelope.lid.hex(), envelope.hash.hex()] == [vector["lid"], vector["hash"]]
        shares = [bytes.fromhex(text) for text in vector["shares"]]
        wanted = {"fields": vector["fields"], "nonce": vector["nonce"]}
        for chosen in (shares[:3], shares[2:], shares[4::-2]):
            found, files = opened(envelope, chosen, committee)
            holds = files == vector["files"] and all(found[key] == value for key, value in wanted.items())
            yield f"{name}: opened by {len(chosen)} of {len(shares)}", holds
        few = [share(one, envelope, committee) for one in shares[:2]]
        few_open = gcm_open(envelope.key(combine(few)), envelope.ciphertext, envelope.head)
        yield f"{name}: not opened by two", few_open is None
    for case in file["refused_envelopes"]:
        yield f"refused: {case['name']}", refusal(Envelope, bytes.fromhex(case["envelope"])) == case["code"]
    named = {vector["name"]: vector for vector in file["envelopes"]}
    about = Envelope(bytes.fromhex(named[file["refused_shares"]["envelope"]]["envelope"]))
    for case in file["refused_shares"]["cases"]:
        found = refusal(share, bytes.fromhex(case["share"]), about, committee)
        yield f"share refused: {case['name']}", found == case["code"]
    for case in file["unopenable"]:
        envelope = Envelope(bytes.fromhex(case["envelope"]))
        shares = [bytes.fromhex(text) for text in case["shares"]]
        yield f"unopenable: {case['name']}", refusal(opened, envelope, shares, committee) == case["code"]
    hashes = [bytes.fromhex(text) for text in file["list"]["hashes"]]
    yield "the list is of these envelopes", [one.hex() for one in hashes] == [v["hash"] for v in file["envelopes"]]
    yield "the root of the list", tree(hashes).hex() == file["list"]["root"]
    yield from judge_complaints(file["complaints"])


def main():
    path = sys.argv[1] if len(sys.argv) > 1 else "crates/sealing/vectors/format-1.json"
    with open(path, encoding="utf-8") as file:
        told = list(judge(json.load(file)))
    for what, holds in told:
        print("ok     " if holds else "FAILED ", what)
    failed = sum(not holds for _, holds in told)
    print(f"operations: {len(told) - failed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
