"""Lets a program that shares no code with Yilang judge the journal of a freshly started demo.

    python3 tests-journal/run.py [--program target/debug/yilang]

SM2 signatures are judged by OpenSSL, the rest by checker.py.

The closing line is "operations: N passed, N failed".
"""

import argparse
import base64
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
def running(command, address, path):
    """The address of a server that has begun to answer a path, stopped afterwards."""
    with tempfile.TemporaryFile() as said:
        server = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT)
        try:
            until = time.monotonic() + START_S_MAX
            while get(f"http://{address}{path}") is None:
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


def demo(program, data, *more):
    """A demo with further flags."""
    address = f"127.0.0.1:{free_port()}"
    command = [program, "serve", "--demo", "--data", data, "--listen", address, *more]
    return running(command, address, "/log/checkpoint")


def witness(program, data, address, log_key):
    """A witness of the log with this key."""
    return running([program, "witness", "serve", "--data", data, "--listen", address, "--key", log_key], address, "/")


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
        yield from judge_witness(program, place, data, keys[-1])
        yield from judge_sm2(program, place, data, keys[-1])
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


def judge_witness(program, place, data, log_key):
    """A witness beside the demo, judged by its signatures alone."""
    memory, address = pathlib.Path(place, "witness"), f"127.0.0.1:{free_port()}"
    made = subprocess.run([program, "witness", "key", "--data", memory, "--name", "witness.example"], capture_output=True, text=True, check=True)
    vkey = made.stdout.strip()
    named = ["--witnesses", f"{vkey} http://{address} private"]
    with witness(program, memory, address, log_key), demo(program, data, *named) as url:
        until = time.monotonic() + START_S_MAX
        while not (shown := json.loads(get(f"{url}/api/v1/journal/checkpoint")))["cosigned"] and time.monotonic() < until:
            time.sleep(0.2)
        page = get(f"{url}/journal")
        note = get(f"{url}/log/checkpoint")
        file = pathlib.Path(place, "cosigned.bundle")
        subprocess.run([program, "journal", "export", file, "--data", data, *named], check=True, stdout=subprocess.DEVNULL)
        lines = file.read_text(encoding="utf-8").splitlines()
    yield "the checkpoint that is shown is cosigned by the witness, now", abs(checker.cosigned(note, vkey) - time.time()) < START_S_MAX
    yield "the page says by how many", "由 1 个见证方联署" in page and shown["witnesses"] == [vkey]
    yield "a changed checkpoint is not cosigned", refuses(checker.cosigned, note.replace("\n", "\n1", 1), vkey)
    yield "the log's signature is not taken for a witness's", refuses(checker.cosigned, note, log_key)
    yield "the bundle is cosigned", checker.bundle(lines, log_key, [vkey])[1] > 100
    other = subprocess.run([program, "witness", "key", "--data", pathlib.Path(place, "other")], capture_output=True, text=True, check=True)
    yield "a witness that is asked for and has not signed is missed", refuses(checker.bundle, lines, log_key, [other.stdout.strip()])
    verify = [program, "journal", "verify", "--bundle", file, "--key", log_key, "--witness"]
    agrees = [subprocess.run([*verify, key], capture_output=True, check=False).returncode for key in (vkey, other.stdout.strip())]
    yield "the program agrees about the witness", agrees == [0, 1]
    kept = pathlib.Path(place, "kept-by-witness")
    kept.write_bytes(subprocess.run([program, "witness", "kept", "--data", memory, "--key", log_key], capture_output=True, check=True).stdout)
    against = subprocess.run([program, "journal", "verify", "--data", data, "--against", kept], capture_output=True, check=False)
    yield "the database continues what the witness has kept", against.returncode == 0 and checker.cosigned(kept.read_text(encoding="utf-8"), vkey) > 0


# A public key of SM2 as OpenSSL reads it (RFC 5480): id-ecPublicKey on the curve 1.2.156.10197.1.301, before the point.
SM2_KEY = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
SM2_LABEL = b"\xffyilang/sm2-sm3/v1"
DISTID = "1234567812345678"


def integer(number):
    """A number of 32 bytes as DER writes it."""
    bare = number.lstrip(b"\0") or b"\0"
    bare = b"\0" + bare if bare[0] > 127 else bare
    return b"\x02" + bytes([len(bare)]) + bare


def signed_sm2(place, note, vkey, distid=DISTID):
    """Whether OpenSSL takes the note's SM2 line for a signature of this key by this identity."""
    text, signatures = note.rsplit("\n\n", 1)
    name, number, encoded = vkey.split("+", 2)
    key = base64.b64decode(encoded)
    numbered = checker.hashlib.sha256(name.encode() + b"\n" + key).hexdigest()[:8]
    blobs = [base64.b64decode(blob) for _, signer, blob in map(str.split, signatures.splitlines()) if signer == name]
    blobs = [blob[4:] for blob in blobs if blob[:4].hex() == number == numbered]
    if not key.startswith(SM2_LABEL) or len(blobs) != 1:
        return False
    pem = base64.encodebytes(SM2_KEY + key[len(SM2_LABEL):]).decode()
    pathlib.Path(place, "sm2.pem").write_text(f"-----BEGIN PUBLIC KEY-----\n{pem}-----END PUBLIC KEY-----\n", encoding="ascii")
    numbers = integer(blobs[0][:32]) + integer(blobs[0][32:])
    pathlib.Path(place, "sm2.der").write_bytes(b"\x30" + bytes([len(numbers)]) + numbers)
    pathlib.Path(place, "sm2.txt").write_text(text + "\n", encoding="utf-8")
    how = ["-sm3", "-verify", "sm2.pem", "-sigopt", f"distid:{distid}", "-signature", "sm2.der", "sm2.txt"]
    return subprocess.run(["openssl", "dgst", *how], cwd=place, capture_output=True, check=False).returncode == 0


def judge_sm2(program, place, data, log_key):
    """The second signature, judged by OpenSSL."""
    with demo(program, data, "--journal-sm2") as url:
        until = time.monotonic() + START_S_MAX
        while not (shown := json.loads(get(f"{url}/api/v1/journal/checkpoint")))["sm2_signed"] and time.monotonic() < until:
            time.sleep(0.2)
        page = get(f"{url}/journal")
        file = pathlib.Path(place, "twice.bundle")
        subprocess.run([program, "journal", "export", file, "--data", data], check=True, stdout=subprocess.DEVNULL)
    lines = file.read_text(encoding="utf-8").splitlines()
    note, vkey = json.loads(lines[0])["checkpoint"], shown["sm2_keys"][-1]
    yield "OpenSSL verifies the SM2 signature of the checkpoint", signed_sm2(place, note, vkey)
    yield "OpenSSL refuses it by another identity", not signed_sm2(place, note, vkey, "ALICE123@YAHOO.COM")
    yield "OpenSSL refuses it for another message", not signed_sm2(place, note.replace("\n", "\n1", 1), vkey)
    yield "the checker passes over the line that it does not know", checker.bundle(lines, log_key)[1] > 100
    yield "the page shows the key and says that it has signed", vkey in page and "已加 SM2/SM3 签名" in page
    verify = [program, "journal", "verify", "--bundle", file, "--key", log_key, "--sm2-key", vkey]
    whole = subprocess.run(verify, capture_output=True, text=True, check=False)
    yield "the program agrees about the SM2 signature", whole.returncode == 0 and f"signed with SM2 by {vkey}" in whole.stdout


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
