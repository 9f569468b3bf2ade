#!/usr/bin/env python3
"""Holds a hub against its own OpenAPI document: checks.py HUB LOCAL_DC CASES.

Prints how often each operation was asked and what it answered; exits 1 if any answer was outside
the document, or if anything failed.
"""

import collections
import json
import math
import os
import subprocess
import sys

from sandbox import API_KEY, TOOLS_KEY, UNLIMITED, Sandbox

HERE = os.path.dirname(os.path.abspath(__file__))
# Cases that are there however few are wanted: the document's examples, and every bound of it and
# the value beyond. The others are drawn, so many for one more example of each operation.
FIXED_CASES = 2400
CASES_PER_EXAMPLE = 40


def prepare(sandbox):
    """Three accounts and a chat with a few messages; gives the string of one account."""
    settings = sandbox.settings() | UNLIMITED
    settings["HUB_TOOLS_KEY"] = TOOLS_KEY
    # Schemathesis shows wrong keys to see them refused.
    settings["HUB_WRONG_KEYS_PER_MINUTE"] = "0"
    settings["HUB_DEFAULT_SESSION"] = "alice"
    settings["HUB_FETCH_ALLOW"] = sandbox.files_at
    sandbox.start_hub(settings)
    sandbox.log_in("alice", "+15550000001")
    sandbox.log_in("bob", "+15550000002", "bob-password")
    sandbox.log_in("carol", "+15550000003")
    sandbox.dc(
        "/chat", kind="supergroup", creator="alice", title="Team", members=["bob", "carol"],
        username="team",
    )
    for chat in ("@team", "bob"):
        sandbox.dc("/send", **{"from": "alice", "to": chat, "text": "message {n}", "count": 5})
    return sandbox.run_hub(settings, "session", "export", "alice", "--telethon").strip()


def run(sandbox, string, wanted):
    """Runs schemathesis and gives its exit status, the counts and what was answered 502."""
    counts = sandbox.path("counts.json")
    environment = os.environ | {
        "HUB_API_KEY": API_KEY,
        "HUB_TOOLS_KEY": TOOLS_KEY,
        "SCHEMATHESIS_HOOKS": os.path.join(HERE, "hooks.py"),
        "OPENAPI_HUB": sandbox.url,
        "OPENAPI_CONTROL": sandbox.control,
        "OPENAPI_FILE_URL": sandbox.file_url,
        "OPENAPI_STRING": string,
        "OPENAPI_COUNTS": counts,
        "PYTHONPATH": f"{os.environ['PYTHONPATH']}:{HERE}",
    }
    program = os.path.join(os.path.dirname(sys.executable), "schemathesis")
    examples = max(2, math.ceil((wanted - FIXED_CASES) / CASES_PER_EXAMPLE))
    command = [program, "--no-color", f"--config-file={HERE}/schemathesis.toml", "run"]
    command += [f"{sandbox.url}/openapi.json", f"--max-examples={examples}"]
    done = subprocess.run(
        command,
        cwd=sandbox.folder.name,
        env=environment,
        stdin=subprocess.DEVNULL,
        timeout=180 + wanted / 5,
    )
    with open(counts, encoding="utf-8") as file:
        return done.returncode, *json.load(file)


def show(counts):
    statuses = sorted({key.split()[1] for key in counts})
    rows = collections.defaultdict(dict)
    for key, count in counts.items():
        operation, status = key.split()
        rows[operation][status] = count
    print(f"{'operation':30}{'all':>6}" + "".join(f"{status:>6}" for status in statuses))
    for operation, row in sorted(rows.items()):
        cells = "".join(f"{row.get(status, '-'):>6}" for status in statuses)
        print(f"{operation:30}{sum(row.values()):6}{cells}")
    totals = [sum(row.get(status, 0) for row in rows.values()) for status in statuses]
    print(f"{'all':30}{sum(totals):6}" + "".join(f"{total:6}" for total in totals))


def missing(sandbox, wanted, counts):
    """What has to have happened and has not."""
    total = sum(counts.values())
    if total < wanted:
        yield f"{total} cases are fewer than {wanted}"
    for name in ("alice", "bob", "carol"):
        if not sandbox.hub(f"/session/{name}/status", "GET")["is_authenticated"]:
            yield f"{name} is not logged in any more"
    succeeded = {key.split()[0] for key in counts if key.split()[1].startswith("2")}
    # A string of an account that is not here is handed in by the tests of session strings.
    for operation in {key.split()[0] for key in counts} - succeeded - {"session_import"}:
        yield f"{operation} has never succeeded"


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    wanted = int(sys.argv[3])
    with Sandbox(*sys.argv[1:3]) as sandbox:
        string = prepare(sandbox)
        status, counts, refusals = run(sandbox, string, wanted)
        show(counts)
        print("\nanswered 502:")
        for text, count in sorted(refusals.items()):
            print(f"{count:6} {text}")
        faults = list(missing(sandbox, wanted, counts))
        for fault in faults:
            print(f"MISSED {fault}")
        if status or faults:
            print(sandbox.log("hub")[-20_000:], file=sys.stderr)
    sys.exit(1 if status or faults else 0)


main()
