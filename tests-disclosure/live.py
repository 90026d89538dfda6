"""Lets the judges of run.py read what a house publishes of its calls: the files that the tests of crates/calls keep, and every
address of a freshly started demo.

    python tests-disclosure/live.py [--program target/debug/yilang] [--schemas FOLDER]

Asked are /api/v1/ocds/records and whatever it leads to, /api/v1/grants.json in both languages, and /feeds/calls.atom. Every
package has to be valid, to lie at the address it names, to hold nothing that is protected, and, being a demo's, to say 示例 in
its titles; every record has to be what ocdsmerge makes of the releases that are published one by one. Without the schemas
nothing can be judged: the run says SKIPPED and why. The closing line is "operations: N passed, N failed".
"""

import argparse
import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import xml.etree.ElementTree

import run

KEPT = run.HERE.parent / "crates" / "calls" / "tests" / "golden"
START_S_MAX = 180
ATOM = "{http://www.w3.org/2005/Atom}"
# Keys under which the standards, or careless programs, would tell of people.
PERSONAL = {"contactPoint", "email", "telephone", "faxNumber", "recipientIndividual", "author", "byName"}


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextlib.contextmanager
def demo(program):
    """A demo in a folder of its own; gives its address."""
    base = f"http://127.0.0.1:{free_port()}"
    with tempfile.TemporaryDirectory() as folder, open(f"{folder}/log", "w+") as log:
        command = [program, "serve", "--demo", "--data", f"{folder}/data", "--listen", base.removeprefix("http://")]
        house = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            wait(base, house, log)
            yield base
        finally:
            house.send_signal(signal.SIGTERM)
            try:
                house.wait(timeout=60)
            except subprocess.TimeoutExpired:
                house.kill()


def wait(base, house, log):
    until = time.monotonic() + START_S_MAX
    while time.monotonic() < until and house.poll() is None:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{base}/readyz", timeout=5).close()
            return
        time.sleep(0.3)
    log.seek(0)
    sys.exit(f"the demo did not start: {log.read()[-2000:]}")


def get(address, **headers):
    """Status, headers and body."""
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=60) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers, answer.read()


def package(address, **headers):
    status, heads, body = get(address, **headers)
    if status != 200:
        raise AssertionError(f"{address} answers {status}: {body[:300]!r}")
    return json.loads(body), heads


def keys(value):
    if isinstance(value, list):
        return set().union(*map(keys, value)) if value else set()
    if not isinstance(value, dict):
        return set()
    return set(value) | set().union(*map(keys, value.values())) if value else set()


def sealed(release):
    """What a release tells of those who have answered before anything is opened."""
    tender = release.get("tender", {})
    if tender.get("status") != "active":
        return []
    return [f"{release['id']}: {key}" for key in ("numberOfTenderers", "tenderers") if key in tender]


def judge_kept(standard):
    releases = run.load(KEPT / "release-package.json")
    yield "kept: libcoveocds finds no fault in the releases", run.cove(standard, releases)
    record = run.load(KEPT / "record-package.json")
    yield "kept: the record is valid by the schema", run.faults(standard.records, record)
    whole = record["records"][0]
    yield "kept: ocdsmerge makes the same of the releases", run.differ(
        whole["compiledRelease"], run.merged(standard, releases["releases"])[0]
    )
    yield "kept: ocdsmerge tells the same history", run.differ(
        whole["versionedRelease"], run.merged(standard, run.plain(releases["releases"]))[1]
    )
    for name in ("grants.json", "grants-en.json"):
        yield f"kept: {name} is valid by the schema", run.faults(standard.grants, run.load(KEPT / name))
    broken = run.changed(releases, ["releases", 0, "tender", "status"], "nope")
    yield "kept: libcoveocds finds a status of its own", run.found(run.cove(standard, broken))


def judge_records(standard, base):
    address = f"{base}/api/v1/ocds/records"
    records, heads = package(address)
    yield "records: valid by the schema", run.faults(standard.records, records)
    yield "records: lie where they say", run.differ(records["uri"], address)
    yield "records: others may keep them", [] if heads["cache-control"].startswith("public") else [heads["cache-control"]]
    status, _, body = get(address, **{"If-None-Match": heads["etag"]})
    yield "records: are not sent twice", [] if (status, body) == (304, b"") else [f"{status} with {len(body)} bytes"]
    yield "records: there is at least one", [] if records["records"] else ["there is none"]
    first, heads = package(f"{address}?limit=1")
    follows = len(records["records"]) > 1
    yield "records: one page leads to the next", [] if ("link" in heads) == follows else [f"{heads.get('link')}"]
    for record in records["records"]:
        yield from judge_process(standard, base, record)


def judge_process(standard, base, listed):
    ocid, releases = listed["ocid"], []
    for link in listed["releases"]:
        address, _, name = link["url"].partition("#")
        one, _ = package(address)
        wrong = [] if one["uri"] == address else [f"{one['uri']} is not {address}"]
        wrong += [] if [release["id"] for release in one["releases"]] == [name] else ["it holds another release"]
        wrong += run.faults(standard.releases, one)
        yield f"{ocid} release {name}: alone it is valid and lies where it says", wrong
        releases += one["releases"]
    call = listed["releases"][0]["url"].rpartition("/")[0]
    whole, _ = package(call)
    yield f"{ocid}: libcoveocds finds no fault in its releases", run.cove(standard, whole)
    yield f"{ocid}: together they are what they are alone", run.differ(whole["releases"], releases)
    record, _ = package(f"{base}/api/v1/ocds/records/{ocid}")
    yield f"{ocid}: its record is valid", run.faults(standard.records, record)
    now = run.merged(standard, releases)[0]
    yield f"{ocid}: ocdsmerge makes the same of the releases", run.differ(record["records"][0]["compiledRelease"], now)
    yield f"{ocid}: the list says the same", run.differ(listed["compiledRelease"], now)
    titles = [now["tender"]["title"], *(award["title"] for award in now.get("awards", []))]
    yield f"{ocid}: it says that it is an example", [title for title in titles if "示例" not in title]
    yield f"{ocid}: it tells of no person", sorted(keys(record) & PERSONAL)
    yield f"{ocid}: nobody learns who answers before the opening", [one for release in releases for one in sealed(release)]


def judge_grants(standard, base):
    for language in ("zh", "en"):
        address = f"{base}/api/v1/grants.json"
        status, heads, body = get(f"{address}?lang={language}")
        if status == 404 and json.loads(body)["code"] == "publication-none":
            yield f"grants in {language}: no award of the demo is in force", []
            continue
        grants = json.loads(body)
        yield f"grants in {language}: valid by the schema", run.faults(standard.grants, grants)
        yield f"grants in {language}: lie where they say", run.differ(grants["downloadURL"], address)
        yield f"grants in {language}: tell of no person", sorted(keys(grants) & PERSONAL)


def judge_feed(_, base):
    status, heads, body = get(f"{base}/feeds/calls.atom")
    yield "feed: it is Atom", [] if heads["content-type"].startswith("application/atom+xml") else [heads["content-type"]]
    feed = xml.etree.ElementTree.fromstring(body)
    entries = feed.findall(f"{ATOM}entry")
    yield "feed: it has a title, an id and a date", [name for name in ("title", "id", "updated") if feed.find(ATOM + name) is None]
    yield "feed: it has entries, each with a page", [] if entries else ["there is none"]
    for entry in entries[:5]:
        page = entry.find(f"{ATOM}link").get("href")
        yield f"feed: {page} is there", [] if get(page)[0] == 200 else ["it is not"]


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    beside = run.HERE.parent.parent / "shared" / "data" / "schemas"
    options.add_argument("--schemas", type=pathlib.Path, default=pathlib.Path(os.environ.get("YILANG_SCHEMAS") or beside))
    options.add_argument("--program", default="target/debug/yilang")
    asked = options.parse_args()
    lacking = run.missing(asked.schemas)
    if lacking:
        print(f"SKIPPED: the schemas of the standards are not there ({', '.join(lacking)} in {asked.schemas})")
        return
    standard = run.Standard(asked.schemas)
    passed = failed = 0
    with demo(asked.program) as base:
        judges = [judge_kept(standard), judge_records(standard, base), judge_grants(standard, base), judge_feed(standard, base)]
        for what, wrong in (told for judge in judges for told in judge):
            print("FAILED " if wrong else "ok     ", what)
            for fault in wrong[:5]:
                print("         ", fault)
            passed, failed = passed + (not wrong), failed + bool(wrong)
    print(f"operations: {passed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
