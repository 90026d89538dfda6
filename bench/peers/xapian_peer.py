#!/usr/bin/python3
"""Xapian as a peer of the search benchmark: fill, judge, speed. Needs Debian's python3-xapian.

The terms of a question come from a term generator with the n-gram flag and are combined by OR:
Xapian's own query parser would join the n-grams of one run like a phrase.
"""
import json
import multiprocessing
import sys
import time

import xapian


def generator():
    maker = xapian.TermGenerator()
    maker.set_flags(xapian.TermGenerator.FLAG_CJK_NGRAM)
    return maker


def fill(folder, records):
    database = xapian.WritableDatabase(folder, xapian.DB_CREATE_OR_OVERWRITE)
    maker = generator()
    with open(records, encoding="utf-8") as lines:
        for line in lines:
            name, text = line.rstrip("\n").split("\t", 1)
            document = xapian.Document()
            maker.set_document(document)
            maker.index_text(text)
            document.set_data(name)
            database.add_document(document)
    database.commit()
    database.close()


def top(database, maker, question):
    document = xapian.Document()
    maker.set_document(document)
    maker.index_text(question)
    terms = [term.term for term in document.termlist()]
    if not terms:
        return []
    enquire = xapian.Enquire(database)
    enquire.set_query(xapian.Query(xapian.Query.OP_OR, terms))
    return [match.document.get_data().decode() for match in enquire.get_mset(0, 10)]


def read_lines(path):
    with open(path, encoding="utf-8") as lines:
        return [line.rstrip("\n") for line in lines]


def judge(folder, questions):
    database, maker = xapian.Database(folder), generator()
    print(json.dumps({question: top(database, maker, question) for question in read_lines(questions)}))


def client(folder, questions, start, seconds, answers):
    database, maker = xapian.Database(folder), generator()
    for question in questions[:50]:
        top(database, maker, question)
    latencies, index, end = [], start, time.monotonic() + seconds
    while time.monotonic() < end:
        before = time.monotonic()
        top(database, maker, questions[index % len(questions)])
        latencies.append((time.monotonic() - before) * 1000)
        index += 1
    answers.put(latencies)


def speed(folder, questions, clients, rounds, seconds):
    questions = read_lines(questions)
    result = {"rate": [], "p50_ms": [], "p99_ms": []}
    for _ in range(rounds):
        answers = multiprocessing.Queue()
        arguments = [(folder, questions, number * 31, seconds, answers) for number in range(clients)]
        processes = [multiprocessing.Process(target=client, args=each) for each in arguments]
        for process in processes:
            process.start()
        latencies = sorted(latency for _ in processes for latency in answers.get())
        for process in processes:
            process.join()
        result["rate"].append(len(latencies) / seconds)
        result["p50_ms"].append(latencies[len(latencies) // 2])
        result["p99_ms"].append(latencies[len(latencies) * 99 // 100])
    print(json.dumps(result))


if __name__ == "__main__":
    what, folder, path, *numbers = sys.argv[1:]
    if what == "fill":
        fill(folder, path)
    elif what == "judge":
        judge(folder, path)
    else:
        speed(folder, path, *map(int, numbers))
