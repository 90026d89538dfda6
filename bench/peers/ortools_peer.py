#!/usr/bin/env python3
"""OR-tools' min-cost flow as a peer of the assignment benchmark.

ortools_peer.py FILE K LOAD: reads numbers of 64 bits, least significant byte first: proposals, reviewers, then a score a pair, row by
row, -1 for a conflict. Prints the seconds for handing over the arcs, the seconds of the solver alone, and the sum found.
"""
import json
import sys
import time

import numpy
from ortools.graph.python import min_cost_flow


def main():
    numbers = numpy.fromfile(sys.argv[1], dtype="<i8")
    demand, load = int(sys.argv[2]), int(sys.argv[3])
    proposals, reviewers = int(numbers[0]), int(numbers[1])
    scores = numbers[2:].reshape(proposals, reviewers)
    rows, columns = numpy.nonzero(scores >= 0)
    worth = scores[rows, columns]
    end = proposals + reviewers
    experts = numpy.arange(proposals, end)
    flow = min_cost_flow.SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(rows, proposals + columns, numpy.ones_like(rows), -worth)
    flow.add_arcs_with_capacity_and_unit_cost(
        experts, numpy.full(reviewers, end), numpy.full(reviewers, load), numpy.zeros(reviewers, dtype=int)
    )
    flow.set_nodes_supplies(numpy.arange(proposals), numpy.full(proposals, demand))
    flow.set_nodes_supplies(numpy.array([end]), numpy.array([-demand * proposals]))
    started = time.perf_counter()
    status = flow.solve()
    solved = time.perf_counter()
    if status != flow.OPTIMAL:
        sys.exit(f"not solved: {status}")
    # The solver's own sum may be beyond what a float holds exactly.
    chosen = flow.flows(numpy.arange(len(worth))) > 0
    total = sum(int(score) for score in worth[chosen])
    print(json.dumps({"solved_s": solved - started, "sum": str(total)}))


main()
