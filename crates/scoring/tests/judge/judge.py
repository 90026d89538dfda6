"""Judges the vectors of adjusted scores without any code of Yilang.

    python3 crates/scoring/tests/judge/judge.py [crates/scoring/vectors/adjusted-1.json]

The same model, the other way round: the whole covariance matrix V of the scores is built, factored and inverted, where the
crate solves Henderson's equations by blocks; the likelihood is maximised by a simplex search without derivatives, where the
crate follows the slope. Standard errors are those of best linear unbiased prediction from V; probabilities come from other
random numbers. Standard library only. The closing line is "operations: N passed, N failed".
"""

import json
import math
import os
import random
import sys

DRAWS = 20_000
HERE = os.path.dirname(os.path.abspath(__file__))


def cholesky(a):
    lower = []
    for i, row in enumerate(a):
        own = []
        for j in range(i):
            own.append((row[j] - sum(x * y for x, y in zip(own, lower[j]))) / lower[j][j])
        own.append(math.sqrt(max(row[i] - sum(x * x for x in own), 1e-300)))
        lower.append(own)
    return lower


def forward(lower, b):
    x = []
    for row, value in zip(lower, b):
        x.append((value - sum(c * y for c, y in zip(row, x))) / row[-1])
    return x


def dot(a, b):
    return sum(x * y for x, y in zip(a, b))


class Model:
    """Scores y, fixed effects by columns, and V at variances (proposals, reviewers, error)."""

    def __init__(self, case):
        rows = sorted(map(tuple, case["reviews"]))
        self.random = case["proposals"] == "random"
        self.proposals = sorted({row[0] for row in rows})
        self.reviewers = sorted({row[1] for row in rows})
        self.p = [row[0] for row in rows]
        self.r = [row[1] for row in rows]
        self.y = [float(row[2]) for row in rows]
        self.n = len(rows)
        if self.random:
            self.x = [[1.0] * self.n]
        else:
            self.x = [[float(p == one) for p in self.p] for one in self.proposals]
        self.free = self.n - len(self.x)

    def covariance(self, variances):
        merit, habit, error = variances
        return [
            [
                merit * (self.p[i] == self.p[j]) + habit * (self.r[i] == self.r[j]) + error * (i == j)
                for j in range(i + 1)
            ]
            for i in range(self.n)
        ]

    def solve(self, variances):
        """The factor of V, fixed effects and scores whitened by it, the factor of X'V⁻¹X, and the estimates."""
        lower = cholesky(self.covariance(variances))
        x = [forward(lower, column) for column in self.x]
        y = forward(lower, self.y)
        normal = cholesky([[dot(a, b) for b in x[: i + 1]] for i, a in enumerate(x)])
        half = forward(normal, [dot(a, y) for a in x])
        beta = backward(normal, half)
        left = [value - sum(b * column[i] for b, column in zip(beta, x)) for i, value in enumerate(y)]
        return lower, x, normal, beta, left

    def criterion(self, ratios):
        """Minus twice the logarithm of the restricted likelihood, the error's variance profiled out."""
        lower, _, normal, _, left = self.solve((ratios[0] ** 2, ratios[1] ** 2, 1.0))
        error = dot(left, left) / self.free
        determinants = 2 * sum(math.log(row[-1]) for row in lower) + 2 * sum(math.log(row[-1]) for row in normal)
        return determinants + self.free * (1 + math.log(2 * math.pi * error)), error

    def optimum(self):
        """The best ratios of a grid, improved by a simplex, with zero tried for each."""
        grid = [0.0, 0.2, 0.5, 1.0, 2.0, 5.0, 15.0]
        starts = [(a, b) for a in (grid if self.random else [0.0]) for b in grid]
        value = lambda ratios: self.criterion(ratios)[0]
        best = min(starts, key=value)
        free = [0, 1] if self.random else [1]
        best = simplex(value, list(best), free)
        for axis in free:
            other = list(best)
            other[axis] = 0.0
            rest = [a for a in free if a != axis]
            other = simplex(value, other, rest) if rest else other
            if value(other) <= value(best) + 1e-10:
                best = other
        error = self.criterion(best)[1]
        return value(best), [best[0] ** 2 * error, best[1] ** 2 * error, error]

    def predictions(self, variances):
        """Proposals and reviewers with standard errors, and the covariance of the proposals' errors."""
        lower, x, normal, beta, left = self.solve(variances)
        merit, habit, _ = variances

        def target(fixed, column, prior):
            """A fixed combination plus a random effect whose covariances with the scores are a column."""
            white = forward(lower, column)
            value = dot(fixed, beta) + dot(white, left)
            gap = forward(normal, [f - dot(a, white) for f, a in zip(fixed, x)])
            return value, white, gap, prior

        def covariance(one, other, same):
            prior = one[3] if same else 0.0
            return prior - dot(one[1], other[1]) + dot(one[2], other[2])

        if self.random:
            of = lambda k: target([1.0], [merit * (p == k) for p in self.p], merit)
        else:
            of = lambda k: target([float(k == o) for o in self.proposals], [0.0] * self.n, 0.0)
        proposals = [of(k) for k in self.proposals]
        nothing = [0.0] * len(self.x)
        reviewers = [target(nothing, [habit * (r == k) for r in self.r], habit) for k in self.reviewers]
        matrix = [[covariance(a, b, i == j) for j, b in enumerate(proposals)] for i, a in enumerate(proposals)]
        values = lambda targets: [(t[0], math.sqrt(max(covariance(t, t, True), 0.0))) for t in targets]
        return values(proposals), values(reviewers), matrix


def backward(lower, b):
    x = list(b)
    for i in reversed(range(len(lower))):
        x[i] /= lower[i][i]
        for j in range(i):
            x[j] -= x[i] * lower[i][j]
    return x


def simplex(value, start, free):
    """Nelder and Mead's search over some of the axes, begun anew until it gains nothing."""
    scored_at = lambda ratios: (value(ratios), ratios)
    last, at = scored_at(list(start))
    for size in (0.2, 0.001):
        corners = [list(at)]
        for axis in free:
            corner = list(at)
            corner[axis] += size * (1 + abs(corner[axis]))
            corners.append(corner)
        scored = sorted(map(scored_at, corners))
        for _ in range(200):
            if max(abs(scored[-1][1][a] - scored[0][1][a]) for a in free) < 1e-8:
                break
            worst = scored[-1]
            centre = [sum(c[a] for _, c in scored[:-1]) / (len(scored) - 1) for a in (0, 1)]
            along = lambda t: scored_at([centre[a] + t * (worst[1][a] - centre[a]) for a in (0, 1)])
            tried = along(-1.0)
            if tried[0] < scored[0][0]:
                tried = min(tried, along(-2.0))
            elif tried[0] >= scored[-2][0]:
                tried = min(tried, along(0.5))
            if tried[0] < worst[0]:
                scored[-1] = tried
            else:
                best = scored[0][1]
                halves = [[(c[a] + best[a]) / 2 for a in (0, 1)] for _, c in scored[1:]]
                scored = scored[:1] + [scored_at(c) for c in halves]
            scored.sort()
        if scored[0][0] <= last:
            last, at = scored[0]
    return [abs(a) for a in at]


def places(estimates, matrix):
    """Shares of draws in which each proposal has each rank."""
    source = random.Random(20_260_301)
    scale = max(row[i] for i, row in enumerate(matrix)) or 1.0
    lower = cholesky([[c + (scale * 1e-12 if i == j else 0) for j, c in enumerate(row)] for i, row in enumerate(matrix)])
    count = len(estimates)
    counts = [[0] * count for _ in range(count)]
    for _ in range(DRAWS):
        normal = [source.gauss(0, 1) for _ in range(count)]
        drawn = [value + dot(row, normal) for (value, _), row in zip(estimates, lower)]
        for rank, proposal in enumerate(sorted(range(count), key=lambda i: -drawn[i])):
            counts[proposal][rank] += 1
    return [[10_000 * c / DRAWS for c in row] for row in counts]


class Verdicts:
    def __init__(self):
        self.passed = self.failed = 0

    def near(self, what, found, expected, tolerance):
        if abs(found - expected) <= tolerance:
            self.passed += 1
        else:
            self.failed += 1
            print(f"{what}: {found!r} in the vectors, {expected!r} by the judge")


def judge(case, verdicts):
    model = Model(case)
    ours = case["adjusted"]
    name = f"{case['name']}, {case['proposals']}"
    best, variances = model.optimum()
    verdicts.near(f"{name}: converged", ours["converged"], True, 0)
    verdicts.near(f"{name}: criterion", ours["criterion"], best, 1e-7)
    scale = sum(variances)
    for found, expected in zip(ours["variances"], variances):
        verdicts.near(f"{name}: variance", found or 0.0, expected, 1e-4 * scale)
    proposals, reviewers, matrix = model.predictions(variances)
    for kind, estimates in (("proposals", proposals), ("reviewers", reviewers)):
        for (number, value, error), (own_value, own_error) in zip(ours[kind], estimates, strict=True):
            tolerance = 1e-4 * math.sqrt(scale)
            verdicts.near(f"{name}: {kind} {number}", value, own_value, tolerance)
            verdicts.near(f"{name}: {kind} {number}, standard error", error, own_error, tolerance)
    lead = proposals[0][0] - proposals[1][0], math.sqrt(max(matrix[0][0] + matrix[1][1] - 2 * matrix[0][1], 0.0))
    for found, expected in zip(ours["first_to_second"], lead, strict=True):
        verdicts.near(f"{name}: difference", found, expected, 1e-4 * math.sqrt(scale))
    if all(matrix[0][0] - matrix[0][i] < 1e-6 * scale and abs(proposals[0][0] - v[0]) < 1e-6 for i, v in enumerate(proposals)):
        return  # All equal without doubt: ranks are shared, which no draw can tell.
    for found, expected in zip(ours["ranks_bp"], places(proposals, matrix), strict=True):
        for one, other in zip(found, expected, strict=True):
            verdicts.near(f"{name}: probability", one, other, 180)


def main():
    path = sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, "../../vectors/adjusted-1.json")
    with open(path, encoding="utf-8") as file:
        cases = json.load(file)
    verdicts = Verdicts()
    for case in cases:
        judge(case, verdicts)
    print(f"operations: {verdicts.passed} passed, {verdicts.failed} failed")
    return 1 if verdicts.failed or not verdicts.passed else 0


if __name__ == "__main__":
    sys.exit(main())
