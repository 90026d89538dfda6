"""Lets programs that share no code with Yilang judge what `crates/disclosure` publishes.

    python tests-disclosure/run.py [--schemas FOLDER]
    python3 tests-disclosure/run.py --ready      says whether the schemas are there, and where they were looked for

Judged are the files under crates/disclosure/tests, which the crate's own tests hold against what it writes:

- release packages by libcoveocds (the Open Contracting Partnership's checker; a program of its own, under the AGPL);
- record packages and grants by JSON Schema;
- what releases come to by ocdsmerge (the reference implementation of the merge routine);
- codes and merge rules by the standard's code lists and release schema;
- the amounts of grants against those of awards, in decimal numbers.

Every judge is shown broken files as well and must find fault with them. The schemas belong to others and are not kept here: they
are looked for in the folder named by --schemas or YILANG_SCHEMAS, else in shared/data/schemas beside the repository. Without them
nothing can be judged: the run says SKIPPED and why. The closing line is "operations: N passed, N failed".
"""

import argparse
import copy
import csv
import decimal
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import warnings
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
KEPT = HERE.parent / "crates" / "disclosure" / "tests"
GOLDEN = KEPT / "golden"
OCDS_ZIP = "ocds-standard-1.1.5.zip"
GRANT, GRANTS = "360-giving-schema.json", "360-giving-package-schema.json"
OCDS_BASE = "https://standard.open-contracting.org/schema/1__1__5/"
# The package schema 1.4.3 still refers to the item schema under the version before.
GRANT_ID = "https://raw.githubusercontent.com/ThreeSixtyGiving/standard/1.4.2/schema/360-giving-schema.json"
# Of these code lists another code is no OCDS at all.
CLOSED = "releaseTag tenderStatus method procurementCategory awardStatus contractStatus milestoneStatus".split()
# `compiled` is given by merging alone.
NOT_OURS = {"releaseTag": {"compiled"}}
# Fields with variants in other languages (patternProperties); libcoveocds reports every variant as an additional field.
VARIANTS = set(
    "name legalName countryName title description rationale project procurementMethodRationale awardCriteriaDetails "
    "submissionMethodDetails eligibilityCriteria".split()
)


def missing(folder):
    return [name for name in (OCDS_ZIP, GRANT, GRANTS) if not (folder / name).is_file()]


def load(path, **how):
    return json.loads(path.read_text(encoding="utf-8"), **how)


class Standard:
    """The standard as its authors publish it, unpacked."""

    def __init__(self, folder):
        from jsonschema import Draft4Validator, Draft202012Validator
        from referencing import Registry, Resource
        from referencing.jsonschema import DRAFT4, DRAFT202012

        self.zip = folder / OCDS_ZIP
        with zipfile.ZipFile(self.zip) as archive:
            self.files = {name.partition("/schema/")[2]: archive.read(name) for name in archive.namelist()}
        registry = Registry()
        for name in ("release-schema", "versioned-release-validation-schema", "release-package-schema", "record-package-schema"):
            resource = Resource(contents=self.json(f"{name}.json"), specification=DRAFT4)
            registry = registry.with_resource(f"{OCDS_BASE}{name}.json", resource)
        formats = Draft4Validator.FORMAT_CHECKER
        ocds = lambda name: Draft4Validator(self.json(name), registry=registry, format_checker=formats)
        self.releases, self.records = ocds("release-package-schema.json"), ocds("record-package-schema.json")
        grant = Resource(contents=load(folder / GRANT), specification=DRAFT202012)
        registry = Registry().with_resource(GRANT_ID, grant)
        formats = Draft202012Validator.FORMAT_CHECKER
        self.grants = Draft202012Validator(load(folder / GRANTS), registry=registry, format_checker=formats)

    def json(self, name):
        return json.loads(self.files[name])

    def codes(self, name):
        text = self.files[f"codelists/{name}.csv"].decode("utf-8-sig")
        return {row["Code"] for row in csv.DictReader(io.StringIO(text, newline=""))}


def faults(validator, value):
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}" for error in validator.iter_errors(value)]


def cove(standard, package):
    """What libcoveocds finds. Its exit code tells nothing."""
    program = pathlib.Path(sys.executable).with_name("libcoveocds")
    with tempfile.TemporaryDirectory() as place:
        path = pathlib.Path(place) / "package.json"
        path.write_text(json.dumps(package), encoding="utf-8")
        command = [program, "--standard-zip", standard.zip, "-o", f"{place}/out", "-d", path]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    try:
        told = json.loads(done.stdout)
    except ValueError:
        return [f"no answer: {(done.stdout + done.stderr)[-500:]}"]
    found = list(told["validation_errors"])
    for kind in ("additional_closed_codelist_values", "additional_open_codelist_values", "additional_checks", "deprecated_fields"):
        found += [f"{kind}: {one}" for one in told[kind]]
    variant = lambda field: field.endswith("_en") and field[:-3] in VARIANTS
    found += [f"additional field: {one}" for one in told["additional_fields"] if not variant(one["field"])]
    return found


def merged(standard, releases):
    """What the reference implementation makes of releases: the compiled and the versioned form."""
    from ocdsmerge import Merger

    warnings.simplefilter("ignore")  # two objects of one id within a release: a case by hand has them
    merger = Merger(standard.json("release-schema.json"))
    return [merger.create_compiled_release(copy.deepcopy(releases)), merger.create_versioned_release(copy.deepcopy(releases))]


def changed(value, path, new=None):
    """A copy with another value at a path; without a new one the place is taken away."""
    value = copy.deepcopy(value)
    *way, last = path
    place = value
    for step in way:
        place = place[step]
    if new is None:
        del place[last]
    else:
        place[last] = new
    return value


def judge_releases(standard):
    package = load(GOLDEN / "release-package.json")
    yield "release package: libcoveocds finds no fault", cove(standard, package)
    yield "release package: valid by the schema", faults(standard.releases, package)
    extended = load(GOLDEN / "release-package-extended.json")
    yield "release package with the extension: valid by the core's schema", faults(standard.releases, extended)
    first = ["releases", 0]
    for what, path, new in [
        ("an amount that is a text", [*first, "planning", "budget", "amount", "amount"], "9600000"),
        ("no ocid", [*first, "ocid"], None),
        ("a status of its own", ["releases", 1, "tender", "status"], "nope"),
        ("a role of its own", [*first, "parties", 0, "roles", 0], "nope"),
        ("a day without a time", [*first, "date"], "2026-03-02"),
        ("an address in Chinese", [*first, "planning", "documents", 0, "url"], "https://example.org/示例"),
        ("a variant where there is none", ["releases", 1, "tender", "procurementMethodDetails_en"], "Open call"),
    ]:
        yield f"release package: libcoveocds finds {what}", found(cove(standard, changed(package, path, new)))


def judge_records(standard):
    for name in ("record-package.json", "record-package-linked.json"):
        yield f"{name}: valid by the schema", faults(standard.records, load(GOLDEN / name))
    package = load(GOLDEN / "record-package.json")
    record = ["records", 0]
    for what, path, new in [
        ("no ocid", [*record, "ocid"], None),
        ("no tag of the compiled release", [*record, "compiledRelease", "tag"], None),
        ("a value of the history that is none", [*record, "versionedRelease", "tender", "title"], "示例"),
        ("an amount that is a text", [*record, "releases", 0, "planning", "budget", "amount", "amount"], "1"),
    ]:
        yield f"record package: the schema finds {what}", found(faults(standard.records, changed(package, path, new)))
    releases = load(GOLDEN / "release-package.json")["releases"]
    whole = package["records"][0]
    yield "the record holds the releases as published", differ(whole["releases"], releases)
    now, past = merged(standard, releases)[0], merged(standard, plain(releases))[1]
    yield "the record: ocdsmerge makes the same of the releases", differ(whole["compiledRelease"], now)
    yield "the record: ocdsmerge tells the same history", differ(whole["versionedRelease"], past)
    other = changed(whole["compiledRelease"], ["tender", "value", "amount"], 1)
    yield "the record: another amount is noticed", found(differ(other, now))


def plain(value):
    """Without variants in other languages: the schema of versioned releases does not foresee their history."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {key: plain(one) for key, one in value.items() if not key.endswith("_en")}


def spelt(value):
    """Versioned values where a case by hand abbreviates them."""
    if isinstance(value, list):
        return [spelt(one) for one in value]
    if not isinstance(value, dict):
        return value
    if any(key.startswith("@") for key in value):
        return [stamped(int(key[1:]), one) for key, one in value.items()]
    return {key: spelt(one) for key, one in value.items()}


def date(number):
    return f"2026-01-{number:02}T00:00:00Z"


def stamped(number, value):
    return {"releaseID": str(number), "releaseDate": date(number), "releaseTag": ["tender"], "value": value}


def judge_merging(standard):
    ocid = "ocds-213czf-1"
    for case in load(KEPT / "merging.json"):
        numbered = enumerate(case["releases"], 1)
        releases = [{"ocid": ocid, "id": str(at), "date": date(at), "tag": ["tender"], **body} for at, body in numbered]
        last = date(len(releases))
        head = {"ocid": ocid, "id": f"{ocid}-{last}", "date": last, "tag": ["compiled"]}
        wanted = [{**head, **case["compiled"]}, {"ocid": ocid, **spelt(case["versioned"])}]
        yield f"by hand: {case['rule']}", differ(wanted, merged(standard, releases))
    lines = (GOLDEN / "generated.jsonl").read_text(encoding="utf-8").splitlines()
    wrong = []
    for number, line in enumerate(lines, 1):
        case = json.loads(line)
        if differ([case["compiled"], case["versioned"]], merged(standard, case["releases"])):
            wrong.append(f"line {number}")
    yield f"ocdsmerge makes the same of {len(lines)} generated sets of releases", wrong or ([] if lines else ["there is none"])


def judge_grants(standard):
    for name in ("grants.json", "grants-en.json"):
        yield f"{name}: valid by the schema", faults(standard.grants, load(GOLDEN / name))
    package = load(GOLDEN / "grants.json")
    for what, path, new in [
        ("no date of the award", ["grants", 0, "awardDate"], None),
        ("an amount that is a text", ["grants", 0, "amountAwarded"], "3120000"),
        ("no recipient", ["grants", 0, "recipientOrganization"], None),
        ("a day that is none", ["grants", 0, "awardDate"], "20 June"),
        ("an organisation without a name", ["grants", 0, "fundingOrganization", 0, "name"], None),
    ]:
        yield f"grants: the schema finds {what}", found(faults(standard.grants, changed(package, path, new)))
    exact = {"parse_float": decimal.Decimal, "parse_int": decimal.Decimal}
    grants = load(GOLDEN / "grants.json", **exact)["grants"]
    record = load(GOLDEN / "record-package.json", **exact)["records"][0]["compiledRelease"]
    for award in record["awards"]:
        rows = [grant for grant in grants if f"-{award['id']}-" in grant["id"]]
        funders = {grant["fundingOrganization"][0]["id"] for grant in rows}
        total = sum(grant["amountAwarded"] for grant in rows)
        right = total == award["value"]["amount"] and len(funders) == len(rows) == 5
        yield f"award {award['id']}: the grants of five funders come to its value", [] if right else [f"{total} of {funders}"]


def judge_codes(standard):
    from ocdsmerge.rules import get_merge_rules

    kept = load(GOLDEN / "codes.json")
    for name, codes in kept["codelists"].items():
        theirs = standard.codes(name) - NOT_OURS.get(name, set())
        odd = set(codes) ^ theirs if name in CLOSED else set(codes) - theirs
        yield f"codes of {name}", sorted(odd)
    rules = get_merge_rules(standard.json("release-schema.json"))
    whole = {"/".join(path) for path, rule in rules.items() if rule == "wholeListMerge"}
    yield "lists that are merged whole", sorted(whole ^ set(kept["wholeLists"]))
    omitted = {"/".join(path) for path, rule in rules.items() if rule == "omitWhenMerged"}
    yield "fields that merging discards", sorted(omitted ^ {"id", "date", "tag"})


def found(faults_found):
    """Turns it round: the fault is that there is none."""
    return [] if faults_found else ["nothing was found"]


def differ(ours, theirs):
    return [] if ours == theirs else [f"{json.dumps(ours, ensure_ascii=False)[:400]} is not {json.dumps(theirs, ensure_ascii=False)[:400]}"]


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    beside = HERE.parent.parent / "shared" / "data" / "schemas"
    options.add_argument("--schemas", type=pathlib.Path, default=pathlib.Path(os.environ.get("YILANG_SCHEMAS") or beside))
    options.add_argument("--ready", action="store_true")
    asked = options.parse_args()
    lacking = missing(asked.schemas)
    if lacking:
        print(f"SKIPPED: the schemas of the standards are not there ({', '.join(lacking)} in {asked.schemas})")
        sys.exit(1 if asked.ready else 0)
    if asked.ready:
        return
    standard = Standard(asked.schemas)
    passed = failed = 0
    for judge in (judge_releases, judge_records, judge_merging, judge_grants, judge_codes):
        for what, wrong in judge(standard):
            print("FAILED " if wrong else "ok     ", what)
            for fault in wrong[:5]:
                print("         ", fault)
            passed, failed = passed + (not wrong), failed + bool(wrong)
    print(f"operations: {passed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
