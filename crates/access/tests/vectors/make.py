#!/usr/bin/env python3
"""Makes passkeys.json: answers of devices with the three kinds of keys, right and wrong, each judged by py_webauthn.

    python3 -m venv v && v/bin/pip install webauthn==3.0.1 && v/bin/python make.py > passkeys.json
"""
import base64, copy, hashlib, json, os, struct

import cbor2
import webauthn
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from webauthn.helpers.structs import COSEAlgorithmIdentifier as Alg

ORIGIN, RP_ID = "https://corridor.example", "corridor.example"
ALGORITHMS = [Alg.ECDSA_SHA_256, Alg.EDDSA, Alg.RSASSA_PKCS1_v1_5_SHA_256]


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def big(number, length):
    return number.to_bytes(length, "big")


def keys():
    """Name, public key as COSE, and what signs."""
    key = ec.generate_private_key(ec.SECP256R1())
    point = key.public_key().public_numbers()
    yield "ES256", {1: 2, 3: -7, -1: 1, -2: big(point.x, 32), -3: big(point.y, 32)}, lambda m, k=key: k.sign(m, ec.ECDSA(hashes.SHA256()))
    key = ed25519.Ed25519PrivateKey.generate()
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    yield "EdDSA", {1: 1, 3: -8, -1: 6, -2: raw}, lambda m, k=key: k.sign(m)
    key = rsa.generate_private_key(65537, 2048)
    numbers = key.public_key().public_numbers()
    yield "RS256", {1: 3, 3: -257, -1: big(numbers.n, 256), -2: b"\x01\x00\x01"}, lambda m, k=key: k.sign(m, padding.PKCS1v15(), hashes.SHA256())


def client(kind, challenge, origin):
    return json.dumps({"type": kind, "challenge": b64(challenge), "origin": origin, "crossOrigin": False}).encode()


def data(flags, rp_id=RP_ID, count=0):
    return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + struct.pack(">I", count)


def told(credential, response):
    return {"id": b64(credential), "rawId": b64(credential), "type": "public-key", "clientExtensionResults": {}, "response": response}


def made(credential, cose, challenge, flags=0x45, kind="webauthn.create", origin=ORIGIN, rp_id=RP_ID):
    raw = data(flags, rp_id) + bytes(16) + struct.pack(">H", len(credential)) + credential + cbor2.dumps(cose)
    attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": raw})
    return told(credential, {"clientDataJSON": b64(client(kind, challenge, origin)), "attestationObject": b64(attestation), "transports": ["internal"]})


def shown(credential, sign, challenge, flags=0x05, kind="webauthn.get", origin=ORIGIN, rp_id=RP_ID, spoil=None):
    raw, said = data(flags, rp_id, 7), client(kind, challenge, origin)
    signature = sign(raw + hashlib.sha256(said).digest())
    if spoil == "signature":
        signature = signature[:-1] + bytes([signature[-1] ^ 1])
    if spoil == "data":
        raw = raw[:-1] + b"\x09"
    if spoil == "client":
        said = said.replace(b"false", b"false ")
    return told(credential, {"clientDataJSON": b64(said), "authenticatorData": b64(raw), "signature": b64(signature), "userHandle": b64(bytes(64))})


def judged_made(answer, challenge):
    try:
        webauthn.verify_registration_response(
            credential=copy.deepcopy(answer), expected_challenge=challenge, expected_origin=ORIGIN, expected_rp_id=RP_ID,
            require_user_verification=True, supported_pub_key_algs=ALGORITHMS)
        return True
    except Exception:
        return False


def judged_shown(answer, challenge, cose):
    try:
        webauthn.verify_authentication_response(
            credential=copy.deepcopy(answer), expected_challenge=challenge, expected_origin=ORIGIN, expected_rp_id=RP_ID,
            credential_public_key=cbor2.dumps(cose), credential_current_sign_count=0, require_user_verification=True)
        return True
    except Exception:
        return False


def main():
    rows = []
    for name, cose, sign in keys():
        credential, challenge = os.urandom(32), os.urandom(32)
        wrong = [("flags without recognition", {"flags": 0x41}), ("kind", {"kind": "webauthn.get"}), ("origin", {"origin": "https://evil.example"}), ("host", {"rp_id": "evil.example"})]
        for what, changes in [("right", {})] + wrong:
            answer = made(credential, cose, challenge, **changes)
            rows.append({"what": f"{name} made: {what}", "made": True, "public_key": cbor2.dumps(cose).hex(), "answer": answer, "good": judged_made(answer, challenge)})
        wrong = [("flags without recognition", {"flags": 0x01}), ("flags without presence", {"flags": 0x04}), ("kind", {"kind": "webauthn.create"}), ("origin", {"origin": "http://corridor.example"}),
                 ("host", {"rp_id": "evil.example"}), ("signature", {"spoil": "signature"}), ("data", {"spoil": "data"}), ("client", {"spoil": "client"})]
        for what, changes in [("right", {})] + wrong:
            answer = shown(credential, sign, challenge, **changes)
            rows.append({"what": f"{name} shown: {what}", "made": False, "public_key": cbor2.dumps(cose).hex(), "answer": answer, "good": judged_shown(answer, challenge, cose)})
    print(json.dumps({"judge": f"py_webauthn {webauthn.__version__}", "origin": ORIGIN, "rows": rows}, indent=1))


main()
