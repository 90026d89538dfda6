"""The ceremony of docs/sealing-format.md: registrations, plan, deals, complaints and the transcript, each as anybody can check it."""

import re

from basics import Refused, framed, gcm_open, hexes, hkdf, hs, point, scalar, sha256, u16
from curve import ORDER, G, ed25519_verify, encode

# The bytes of a complaint that are written as hexadecimal digits, with their lengths.
COMPLAINT = {"plan": 32, "deal": 32, "shared": 32, "proof": 64, "signature": 64}


def knows(domain, bound, public, proof):
    c, z = scalar(proof[:32]), scalar(proof[32:])
    return c == hs(domain, *bound, public, encode(z * G - c * point(public)))


def registration(file):
    """Its hash, if it holds."""
    key, encryption, possession, signature = hexes(file, "signing_key", "encryption_key", "possession", "signature")
    bound = [file["origin"].encode(), file["ceremony"].encode(), u16(file["seat"]), file["name"].encode(), key]
    signed = framed("registration", *bound, encryption, possession)
    assert ed25519_verify(key, signed, signature)
    assert knows("registration possession", bound, encryption, possession)
    return sha256(framed("registration hash", signed, signature))


def deal(file, plan, seats, threshold):
    """Its hash, if it holds."""
    possession, ephemeral, second, signature = hexes(
        file, "possession", "ephemeral", "ephemeral_possession", "signature"
    )
    commitments, shares = ([bytes.fromhex(text) for text in file[name]] for name in ("commitments", "shares"))
    bound = [plan, u16(file["seat"])]
    all_of_them = b"".join(commitments)
    signed = framed("deal", *bound, all_of_them, possession, ephemeral, second, b"".join(shares))
    assert file["plan"] == plan.hex() and len(commitments) == threshold and len(shares) == len(seats)
    assert ed25519_verify(bytes.fromhex(seats[file["seat"] - 1]["signing_key"]), signed, signature)
    assert knows("deal possession", [*bound, all_of_them], commitments[0], possession)
    assert knows("deal ephemeral", bound, ephemeral, second)
    return sha256(framed("deal hash", signed, signature))


def planned(plan):
    """The hash of a plan that holds."""
    seats, threshold = plan["seats"], plan["threshold"]
    assert len(seats) >= 3 and len(seats) / 2 < threshold <= len(seats)
    assert [seat["seat"] for seat in seats] == list(range(1, len(seats) + 1))
    hashes = b"".join(registration(seat) for seat in seats)
    numbers = u16(threshold) + u16(len(seats))
    return sha256(framed("plan", plan["origin"].encode(), plan["ceremony"].encode(), numbers, hashes))


def dealt(file, plan, to, shared):
    """What a deal gives to a seat under the point that both know; nothing where the seat may not accept it."""
    commitments = b"".join(bytes.fromhex(text) for text in file["commitments"])
    info = framed("dealt share", plan, u16(file["seat"]), u16(to), sha256(commitments))
    key = hkdf(shared, bytes.fromhex(file["ephemeral"]), info, 44)
    found = gcm_open(key, bytes.fromhex(file["shares"][to - 1]), info)
    if found is None or int.from_bytes(found, "little") >= ORDER:
        return None
    points = [point(bytes.fromhex(text)) for text in file["commitments"]]
    right = sum((to**k * one for k, one in enumerate(points)), 0 * G)
    return found if encode(int.from_bytes(found, "little") * G) == encode(right) else None


def complaint(file, of, plan, seats, deal_hash):
    """Who complains about whom, where a complaint about a deal is proven."""
    if file.get("kind") == "trustee":
        raise Refused("trustee-secret-refused")
    if file.get("kind") != "complaint":
        raise Refused("complaint-shape")
    if file.get("version") != 1:
        raise Refused("sealing-version")
    lengths = all(re.fullmatch(f"[0-9a-f]{{{2 * size}}}", str(file.get(key))) for key, size in COMPLAINT.items())
    if not lengths or set(file) != {"version", "kind", "seat", "dealer", *COMPLAINT}:
        raise Refused("complaint-shape")
    named, about, shared, proof, signature = hexes(file, *COMPLAINT)
    seat, dealer = file["seat"], file["dealer"]
    if named != plan:
        raise Refused("ceremony-foreign")
    if not 1 <= seat <= len(seats):
        raise Refused("ceremony-no-seat")
    own = seats[seat - 1]
    signed = framed("complaint", named, u16(seat), u16(dealer), about, shared, proof)
    if not ed25519_verify(bytes.fromhex(own["signing_key"]), signed, signature):
        raise Refused("ceremony-signature")
    if dealer != of["seat"] or about != deal_hash:
        raise Refused("ceremony-foreign")
    public, ephemeral = hexes({**own, **of}, "encryption_key", "ephemeral")
    image, c, z = point(shared), scalar(proof[:32]), scalar(proof[32:])
    first, second = z * G - c * point(public), z * point(ephemeral) - c * image
    bound = [named, about, public, ephemeral, shared, encode(first), encode(second)]
    if c != hs("complaint shared", *bound):
        raise Refused("complaint-proof")
    if dealt(of, plan, seat, shared) is not None:
        raise Refused("complaint-false")
    return seat, dealer


def transcript(file):
    """The committee of a ceremony that holds."""
    plan, deals = file["plan"], file["deals"]
    seats, threshold, plan_hash = plan["seats"], plan["threshold"], planned(plan)
    assert [deal["seat"] for deal in deals] == [seat["seat"] for seat in seats]
    hashes = b"".join(deal(one, plan_hash, seats, threshold) for one in deals)
    whole = sha256(framed("transcript", plan_hash, hashes))
    assert [acceptance["seat"] for acceptance in file["acceptances"]] == list(range(1, len(seats) + 1))
    for acceptance, seat in zip(file["acceptances"], seats):
        assert acceptance["transcript"] == whole.hex() and acceptance["plan"] == plan_hash.hex()
        signed = framed("acceptance", plan_hash, whole, u16(seat["seat"]))
        assert ed25519_verify(bytes.fromhex(seat["signing_key"]), signed, bytes.fromhex(acceptance["signature"]))
    sums = [sum((point(bytes.fromhex(one["commitments"][k])) for one in deals), 0 * G) for k in range(threshold)]
    keys = [sum((seat["seat"] ** k * sums[k] for k in range(threshold)), 0 * G) for seat in seats]
    return {
        "origin": plan["origin"],
        "ceremony": plan["ceremony"],
        "threshold": threshold,
        "key": encode(sums[0]).hex(),
        "transcript": whole.hex(),
        "seats": [
            {"name": seat["name"], "verification_key": encode(key).hex()} for seat, key in zip(seats, keys)
        ],
    }
