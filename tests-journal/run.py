"""Lets a program that shares no code with Yilang judge the journal of a freshly started demo.

    python3 tests-journal/run.py [--program target/debug/yilang]

The closing line is "operations: N passed, N failed".
"""

import argparse
import contextlib
import json
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import checker

START_S_MAX = 120


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def demo(program, data):
    """The address of a demo, stopped afterwards."""
    address = f"127.0.0.1:{free_port()}"
    with tempfile.TemporaryFile() as said:
        command = [program, "serve", "--demo", "--data", data, "--listen", address]
        server = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT)
        try:
            until = time.monotonic() + START_S_MAX
            while get(f"http://{address}/log/checkpoint") is None:
                if time.monotonic() > until or server.poll() is not None:
                    said.seek(0)
                    raise SystemExit(f"the server did not start:\n{said.read().decode(errors='replace')}")
                time.sleep(0.2)
            yield f"http://{address}"
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def get(url):
    with contextlib.suppress(urllib.error.URLError), urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read().decode()
    return None


def refuses(check, *what):
    try:
        check(*what)
    except ValueError:
        return True
    return False


def judge(program):
    """What is judged, and whether it holds."""
    with tempfile.TemporaryDirectory(prefix="yilang-journal-") as place:
        data, file = pathlib.Path(place, "data"), pathlib.Path(place, "log.bundle")
        with demo(program, data) as url:
            keys = json.loads(get(f"{url}/api/v1/journal/checkpoint"))["keys"]
            need = next(each for each in json.loads(get(f"{url}/api/v1/needs"))["items"] if "示例" in each["organisation"]["name"])
            subprocess.run([program, "journal", "export", file, "--data", data], check=True, stdout=subprocess.DEVNULL)
            lines = file.read_text(encoding="utf-8").splitlines()
            entries = [json.loads(line) for line in lines[1:]]
            of_need = [each for each in entries if each.get("kind") == "need.published" and need["id"] in each["object"]]
            standing = json.loads(get(f"{url}/api/v1/journal/entries/{of_need[0]['entry']}"))
        verify = [program, "journal", "verify", "--data", data]
        origin, size = checker.bundle(lines, keys[-1])
        yield f"a bundle of {size} leaves gives the signed root of {origin}", size > 100
        yield "the published need's proof leads to the same log", checker.entry(standing, keys)["kind"] == "need.published"
        other = {**standing, "leaf": standing["leaf"].replace("need.published", "need.publishex")}
        yield "a changed entry has no proof", refuses(checker.entry, other, keys)
        changed = [line.replace("need.published", "need.publishex") for line in lines]
        yield "a changed bundle is noticed", changed != lines and refuses(checker.bundle, changed)
        yield "a bundle that lacks its last leaf is noticed", refuses(checker.bundle, lines[:-1])
        yield "leaves in another order are noticed", refuses(checker.bundle, lines[:1] + lines[:0:-1])
        foreign = keys[-1][:-10] + ("B" if keys[-1][-10] == "A" else "A") + keys[-1][-9:]
        yield "another key is not taken for the log's", refuses(checker.bundle, lines, foreign)
        whole = subprocess.run([*verify, "--bundle", file, "--key", keys[-1]], capture_output=True, text=True, check=False)
        yield "the program agrees about the bundle", whole.returncode == 0 and "everything holds" in whole.stdout
        kept = pathlib.Path(place, "kept")
        kept.write_text(json.loads(lines[0])["checkpoint"], encoding="utf-8")
        stored = subprocess.run([*verify, "--against", kept], capture_output=True, text=True, check=False)
        yield "the database holds what it recorded, and continues the kept checkpoint", stored.returncode == 0
        if stored.returncode:
            print(stored.stdout, stored.stderr)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--program", default="target/debug/yilang")
    told = list(judge(arguments.parse_args().program))
    for what, holds in told:
        print("ok     " if holds else "FAILED ", what)
    failed = sum(not holds for _, holds in told)
    print(f"operations: {len(told) - failed} passed, {failed} failed")
    sys.exit(failed > 0)


main()
