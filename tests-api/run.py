"""Asks a freshly started demo what its API document allows, and what it does not.

    python tests-api/run.py [--program target/debug/yilang] [--as LOGIN,…] [--nightly] [-- OPTIONS OF SCHEMATHESIS]

A round is one caller in a demo of its own: a visitor, or an account of the demo with an access token. What stands behind
`--` goes to schemathesis. The closing line is "operations: N passed, N failed", added up over the rounds.
"""

import argparse
import concurrent.futures
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

import requests
from prometheus_client.openmetrics.parser import text_string_to_metric_families

HERE = pathlib.Path(__file__).resolve().parent
SCHEMATHESIS = pathlib.Path(sys.executable).with_name("schemathesis")
START_S_MAX = 120
PASSWORD = "yilang-demo-2026"
VISITOR = "visitor"
# How often a value is one that the house accepts or holds.
KNOWN_SHARE = 0.7
SENTENCES = ["示例文字：需要什么、为什么、何时需要。", "An example of what is needed, why, and when."]
DAYS = ["2026-03-31", "2027-06-30", "2031-12-31"]
# Values of fields of bodies. Made-up ones alone would meet little but refusals.
FIELDS = {
    **dict.fromkeys(["title", "name", "abstract", "about", "message", "evidence", "profile", "fields", "text"], SENTENCES),
    **dict.fromkeys(["until", "day", "starts", "valid_from"], DAYS),
    "institution": ["示例研究所"],
    "segment": ["ic", "ic/wafer"],
    "type": ["achievement", "service", "capability"],
    "stage": ["lab", "proof", "pilot", "production", "capital"],
    "kind": ["enterprise", "university", "institute"],
    "status": ["high_tech"],
    "availability": ["open", "limited", "closed"],
    "contact": ["organisation", "office"],
    "mandate": ["manage", "publish", "sign", "pay", "bid"],
    "login": ["enterprise", "provider", "expert"],
    "reason": ["no-capacity", "evidence-needed"],
    "code": ["fits", "wrong-field"],
}
# Fields of bodies that name something, and its noun.
NAMING = {
    "city": "cities",
    "organisation": "organisations",
    "from": "organisations",
    "acting": "organisations",
    "centre": "organisations",
    "listing": "needs",
    "asker": "needs",
    "expert": "experts",
}
# Where ids are found. The organisations are those of the demo and a few others.
LISTS = {
    "cities": ["cities"],
    "organisations": ["organisations?q=示例&limit=8", "organisations?limit=2"],
    "needs": ["needs", "needs?own=1"],
    "offers": ["offers", "offers?own=1"],
    "contacts": ["contacts", "contacts?side=out"],
    "claims": ["claims", "claims?own=1"],
    "members": ["invitations"],
    "experts": ["experts"],
    "workstations": ["workstations", "workstations/waiting"],
    "poc-projects": ["poc-projects", "poc-projects?own=1"],
    "imports": ["imports"],
    "jobs": ["jobs", "jobs?state=done"],
}
ACCOUNTS = ["enterprise", "provider", "expert", "songjiang", "jiaxing", "joint-office", "admin"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def demo(program):
    """The address of a demo in a folder of its own, stopped and thrown away afterwards."""
    with tempfile.TemporaryDirectory(prefix="yilang-api-") as data, tempfile.TemporaryFile() as said:
        address = f"127.0.0.1:{free_port()}"
        command = [program, "serve", "--demo", "--data", data, "--listen", address]
        server = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT)
        try:
            if not answers(server, f"http://{address}/healthz"):
                said.seek(0)
                raise SystemExit(f"the server did not start:\n{said.read().decode(errors='replace')}")
            yield f"http://{address}"
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def answers(server, url):
    until = time.monotonic() + START_S_MAX
    while time.monotonic() < until and server.poll() is None:
        with contextlib.suppress(requests.ConnectionError):
            return requests.get(url, timeout=START_S_MAX).ok
        time.sleep(0.1)
    return False


def token(url, login):
    """Signs in as a person would and makes an access token for a day."""
    with requests.Session() as browser:
        browser.headers["Sec-Fetch-Site"] = "same-origin"
        form = {"login": login, "password": PASSWORD, "next": "/desk"}
        browser.post(f"{url}/sign-in", data=form, timeout=30).raise_for_status()
        scopes = ["read", "write", "import"] + (["admin"] if login == "admin" else [])
        wanted = {"name": "tests-api", "scopes": scopes, "days": 1}
        made = browser.post(f"{url}/api/v1/tokens", json=wanted, timeout=30)
        made.raise_for_status()
        return made.json()["secret"]


def identify(secret):
    return {"Authorization": f"Bearer {secret}"} if secret else {}


def known(url, secrets):
    """Ids that the demo holds, by the noun in the address: made-up ones would only ever be 404."""
    ids = {}

    def items(path, secret):
        answer = requests.get(f"{url}/api/v1/{path}", headers=identify(secret), timeout=30)
        return answer.json().get("items", [answer.json()]) if answer.ok else []

    def keep(noun, found):
        kept = ids.setdefault(noun, [])
        kept += [one for one in (item.get("id") or item.get("adcode") for item in found) if one not in kept]

    for secret in secrets:
        for noun, lists in LISTS.items():
            for path in lists:
                keep(noun, items(path, secret))
        for organisation in ids["organisations"]:
            keep("members", items(f"organisations/{organisation}/members", secret))
            for detail in items(f"organisations/{organisation}", secret):
                keep("statuses", detail["status_records"])
                keep("statements", detail["statements"])
        for project in ids["poc-projects"]:
            for detail in items(f"poc-projects/{project}", secret):
                keep("steps", detail["steps"] + detail["proposals"])
    return {noun: found for noun, found in ids.items() if found}


def settings(ids):
    """The settings of the folder, with values that the house accepts."""
    lists = ids | {f"field-{field}": values for field, values in FIELDS.items()}
    places = {f"body.{field}": f"field-{field}" for field in FIELDS}
    places |= {f"body.{field}": noun for field, noun in NAMING.items()}
    places |= {"body.segments[*]": "field-segment", "body.mandates[*]": "field-mandate", "path.step": "steps"}

    def bound(names):
        rows = (f'"{place}" = {{ dictionary = "{name}", probability = {KNOWN_SHARE} }}' for place, name in names.items())
        return "\n".join(rows)

    text = [(HERE / "schemathesis.toml").read_text()]
    text += [f"[dictionaries.{name}]\nvalues = {json.dumps(values)}" for name, values in lists.items()]
    text.append(f"[parameters]\n{bound({place: name for place, name in places.items() if name in lists})}")
    for noun in ids:
        text.append(f"[[operations]]\ninclude-path-regex = '^/api/v1/{noun}/[{{]'\n[operations.parameters]")
        text.append(bound({"path.adcode" if noun == "cities" else "path.id": noun}))
    return "\n".join(text)


def figures_wrong(url):
    """What is wrong with the node's figures after a round; Prometheus' own parser is the judge."""
    answer = requests.get(f"{url}/metrics", timeout=30)
    try:
        families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    except ValueError as error:
        return f"the figures cannot be parsed: {error}"
    wanted = {"yilang_http_request_duration_seconds", "yilang_db_action_duration_seconds", "yilang_journal_leaf"}
    missing = wanted - families.keys()
    if missing:
        return f"figures are missing: {sorted(missing)}"
    document = requests.get(f"{url}/api/v1/openapi.json", timeout=30).json()
    requested = families["yilang_http_request_duration_seconds"].samples
    routes = {sample.labels["route"] for sample in requested if sample.labels["route"].startswith("/api/v1/")}
    # What was made up by the questions must not have become a label.
    strange = routes - document["paths"].keys() - {"/api/v1/openapi.json"}
    return f"routes that are none: {sorted(strange)}" if strange else ""


def round_of(program, who, options):
    """One caller's round in a demo of its own: what there is to read about it, and how many operations failed and passed."""
    with demo(program) as url, tempfile.TemporaryDirectory(prefix="yilang-api-") as place:
        secrets = {login: token(url, login) for login in ACCOUNTS}
        pathlib.Path(place, "schemathesis.toml").write_text(settings(known(url, secrets.values())))
        report = pathlib.Path(place, "report.json")
        command = [SCHEMATHESIS, "run", f"{url}/api/v1/openapi.json", "--no-color", "--report-json-path", report, *options]
        headers = identify(secrets.get(who))
        if headers:
            # It would revoke the token it came with.
            command += ["--exclude-operation-id", "token_revoke"]
            command += [f"--header={name}:{value}" for name, value in headers.items()]
        ended = subprocess.run(command, cwd=place, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        told = json.loads(report.read_text()) if report.exists() else {}
        figures = figures_wrong(url)
        lost = bool(headers) and not requests.get(f"{url}/api/v1/desk", headers=headers, timeout=30).ok
    tested = (told.get("operations") or {}).get("tested", 0)
    wrong = {name for failure in told.get("failures", []) for name in failure["operations"]}
    done = sum(any(phase["accepted"] for phase in phases.values()) for phases in told.get("valid_rates", {}).values())
    # What goes wrong outside of an operation (no document, no server, a refused option) fails the round as one; so does
    # a round in which nothing ever worked.
    failed = (len(wrong) or int(ended.returncode != 0 or done == 0)) + int(lost) + int(bool(figures))
    text = f"\n-- {who}\n{ended.stdout if failed else ''}"
    text += f"{who}: {tested} operations asked, {done} of them carried out at least once, {failed} failed"
    if figures:
        text += f"\n{figures}"
    if lost:
        text += "\nthe token was lost on the way, so the rest of the round showed nothing"
    return text, failed, max(tested - failed, 0)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--program", default="target/debug/yilang", type=pathlib.Path)
    arguments.add_argument("--as", dest="callers", default="", metavar="LOGIN,…")
    arguments.add_argument("--nightly", action="store_true", help="many examples, and as everybody")
    arguments.add_argument("options", nargs="*")
    given = arguments.parse_args()
    callers = [VISITOR, *ACCOUNTS] if given.nightly else [VISITOR, "enterprise", "songjiang"]
    callers = given.callers.split(",") if given.callers else callers
    options = ["--max-examples", "100" if given.nightly else "4", *given.options]
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        rounds = [pool.submit(round_of, given.program.resolve(), who, options) for who in callers]
        for done in concurrent.futures.as_completed(rounds):
            text, bad, good = done.result()
            print(text, flush=True)
            passed, failed = passed + good, failed + bad
    print(f"operations: {passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
