"""ristretto255 (RFC 9496) and Ed25519 (RFC 8032) in whole numbers, written from the RFCs. Slow, and not in constant time."""

import hashlib

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)
ONE_MINUS_D_SQ = (1 - D * D) % P
D_MINUS_ONE_SQ = (D - 1) ** 2 % P


def negative(x):
    return x % P & 1 == 1


def absolute(x):
    return -x % P if negative(x) else x % P


def sqrt_ratio_m1(u, v):
    """RFC 9496, 4.2."""
    r = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    check = v * r * r % P
    correct, flipped, flipped_i = check == u % P, check == -u % P, check == -u * SQRT_M1 % P
    if flipped or flipped_i:
        r = r * SQRT_M1 % P
    return correct or flipped, absolute(r)


# The RFC says which root these are; both are the ones that are not negative there or are given in full.
SQRT_AD_MINUS_ONE = 25063068953384623474111414158702152701244531502492656460079210482610430750235
INVSQRT_A_MINUS_D = 54469307008909316920995813868745141605393597292927456921205312896311721017578
assert SQRT_AD_MINUS_ONE**2 % P == (-D - 1) % P
assert INVSQRT_A_MINUS_D**2 * (-1 - D) % P == 1


class Point:
    """A point in extended coordinates (RFC 8032, 5.1.4)."""

    def __init__(self, x, y, z=1, t=None):
        self.x, self.y, self.z = x % P, y % P, z % P
        self.t = (x * y) % P if t is None else t % P

    def __add__(self, other):
        a = (self.y - self.x) * (other.y - other.x) % P
        b = (self.y + self.x) * (other.y + other.x) % P
        c = 2 * self.t * D * other.t % P
        d = 2 * self.z * other.z % P
        e, f, g, h = b - a, d - c, d + c, b + a
        return Point(e * f, g * h, f * g, e * h)

    def __neg__(self):
        return Point(-self.x, self.y, self.z, -self.t)

    def __sub__(self, other):
        return self + -other

    def __rmul__(self, k):
        result, doubled = Point(0, 1), self
        while k:
            if k & 1:
                result += doubled
            doubled += doubled
            k >>= 1
        return result


def base():
    y = 4 * pow(5, -1, P) % P
    _, x = sqrt_ratio_m1(y * y - 1, D * y * y + 1)
    return Point(x, y)


G = base()


def decode(data):
    """A point from its canonical encoding; None for anything else (RFC 9496, 4.3.1)."""
    s = int.from_bytes(data, "little")
    if len(data) != 32 or s >= P or negative(s):
        return None
    ss = s * s % P
    u1, u2 = 1 - ss, 1 + ss
    v = (-(D * u1 * u1) - u2 * u2) % P
    square, inverse = sqrt_ratio_m1(1, v * u2 * u2)
    den_x = inverse * u2 % P
    den_y = inverse * den_x * v % P
    x = absolute(2 * s * den_x)
    y = u1 * den_y % P
    if not square or negative(x * y) or y == 0:
        return None
    return Point(x, y)


def encode(point):
    """The canonical encoding (RFC 9496, 4.3.2)."""
    x, y, z, t = point.x, point.y, point.z, point.t
    u1, u2 = (z + y) * (z - y) % P, x * y % P
    _, inverse = sqrt_ratio_m1(1, u1 * u2 * u2)
    den1, den2 = inverse * u1 % P, inverse * u2 % P
    z_inv = den1 * den2 * t % P
    if negative(t * z_inv):
        x, y, den = y * SQRT_M1 % P, x * SQRT_M1 % P, den1 * INVSQRT_A_MINUS_D % P
    else:
        den = den2
    if negative(x * z_inv):
        y = -y % P
    return absolute(den * (z - y)).to_bytes(32, "little")


def elligator(t):
    """MAP of RFC 9496, 4.3.4."""
    r = SQRT_M1 * t * t % P
    u = (r + 1) * ONE_MINUS_D_SQ % P
    v = (-1 - r * D) * (r + D) % P
    square, s = sqrt_ratio_m1(u, v)
    c = -1
    if not square:
        s, c = -absolute(s * t) % P, r
    n = (c * (r - 1) * D_MINUS_ONE_SQ - v) % P
    w0, w1 = 2 * s * v % P, n * SQRT_AD_MINUS_ONE % P
    w2, w3 = (1 - s * s) % P, (1 + s * s) % P
    return Point(w0 * w3, w2 * w1, w1 * w3, w0 * w2)


def one_way_map(data):
    """A point that nobody knows the logarithm of, from 64 bytes (RFC 9496, 4.3.4)."""
    halves = (int.from_bytes(data[i : i + 32], "little") % 2**255 % P for i in (0, 32))
    first, second = (elligator(half) for half in halves)
    return first + second


def ed25519_point(data):
    """A point of edwards25519 (RFC 8032, 5.1.3); None when it is none."""
    number = int.from_bytes(data, "little")
    y, sign = number % 2**255, number >> 255
    if y >= P:
        return None
    square, x = sqrt_ratio_m1(y * y - 1, D * y * y + 1)
    if not square or (x == 0 and sign):
        return None
    return Point(-x if (x & 1) != sign else x, y)


def is_zero(point):
    return point.x == 0 and point.y == point.z


def ed25519_verify(key, message, signature):
    """RFC 8032, 5.1.7, without the cofactor and without keys of small order."""
    point, nonce = ed25519_point(key), ed25519_point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if point is None or nonce is None or s >= ORDER or is_zero(8 * point) or is_zero(8 * nonce):
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    return is_zero(s * G - nonce - k * point)
