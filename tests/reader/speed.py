#!/usr/bin/env python3
"""A warm `/messages` beside Telethon's own call, in turns: speed.py HUB LOCAL_DC [ROUNDS]."""

import asyncio
import http.client
import statistics
import sys
import time

from checks import API_HASH, API_ID, BOB_ID, Case
from sandbox import Sandbox
from telethon import TelegramClient, functions
from telethon.sessions import StringSession

ASK = f"/messages?chat_id={BOB_ID}&limit=100"


class Warm:
    """One kept connection to the hub, without a library's own cost."""

    def __init__(self, url, string):
        self.wire = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
        self.headers = {"X-Api-Id": str(API_ID), "X-Api-Hash": API_HASH, "X-Session-String": string}

    def ask(self):
        self.wire.request("GET", ASK, headers=self.headers)
        answer = self.wire.getresponse()
        assert answer.status == 200, answer.read()
        return answer.read()


async def measure(case, own, theirs, rounds):
    """Both in turns: each has a login of its own, so that neither ends the other's key."""
    client = TelegramClient(StringSession(theirs), API_ID, API_HASH)
    await client.connect()
    bob = await client.get_input_entity("bob")
    warm = Warm(case.sandbox.url, own)
    warm.ask()
    before = calls(case)
    times = {"hub": [], "Telethon": []}
    for _ in range(rounds):
        started = time.perf_counter()
        warm.ask()
        times["hub"].append(time.perf_counter() - started)
        started = time.perf_counter()
        await client(functions.messages.GetHistoryRequest(bob, 0, None, 0, 100, 0, 0, 0))
        times["Telethon"].append(time.perf_counter() - started)
    asked = calls(case) - before
    await client.disconnect()
    for name, taken in times.items():
        taken.sort()
        p99 = taken[int(len(taken) * 0.99)]
        print(f"{name}: p50 {statistics.median(taken) * 1000:.2f} ms, p99 {p99 * 1000:.2f} ms")
    print(f"calls for a request of each: {asked / rounds:g}")


def calls(case):
    """How often Alice's devices have called the data centre."""
    return case.sandbox.dc("/calls/alice")["total"]


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    rounds = int(sys.argv[3]) if len(sys.argv) == 4 else 1000
    with Sandbox(*sys.argv[1:3]) as sandbox:
        case = Case(sandbox)
        for number in range(100):
            sandbox.dc("/send", **{"from": "bob", "to": "alice", "text": f"message {number}"})
        strings = [case.alice_by_telethon(), case.alice_by_telethon()]
        asyncio.run(measure(case, *strings, rounds))


main()
