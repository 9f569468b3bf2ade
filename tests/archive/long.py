#!/usr/bin/env python3
"""A long history, asked for in every way: long.py HUB LOCAL_DC [MESSAGES].

Every message must come exactly once and in order, also of a hub that was killed at work. There are
10,000 unless another number is given.
"""

import os
import signal
import sys
import time

import requests
from sandbox import API_KEY, UNLIMITED, Sandbox, until

FIRST = 1_600_000_000
STEP = 60
MESSAGE = b'{"message_id": '
HEADERS = {"X-API-Key": API_KEY, "X-Telegram-Username": "alice"}


class History:
    """One channel's history, as a client reads it that looks at numbers alone."""

    def __init__(self, sandbox, count):
        self.sandbox, self.count = sandbox, count
        self.settings = {**sandbox.settings(), **UNLIMITED}
        self.start()
        sandbox.log_in("alice", "+15550000001")
        group = {"creator": "alice", "kind": "broadcast", "date": FIRST - STEP}
        self.chat = sandbox.dc("/chat", title="Long", username="longhistory", **group)["chat"]
        past = {"count": count, "first_date": FIRST, "step": STEP, "texts": ["number {n}"]}
        sandbox.dc("/history", chat=self.chat, **past)

    def start(self):
        self.sandbox.start_hub(self.settings)
        self.pid = self.sandbox.running["hub"].pid

    def ids(self, begin, end, until_count=None, **query):
        """The numbers of the messages from the begin-th up to the end-th, as they come."""
        bounds = {"start_date": stamp(begin), "end_date": stamp(end), **query}
        url = f"{self.sandbox.url}/api/v3/history/{self.chat}"
        ids, text = [], b""
        with requests.get(url, params=bounds, headers=HEADERS, stream=True, timeout=600) as answer:
            assert answer.status_code == 200, answer.text
            for piece in answer.iter_content(1 << 20):
                *whole, text = (text + piece).split(MESSAGE)
                assert b"event: error" not in piece, piece[-200:]
                ids += [int(part.split(b",", 1)[0]) for part in whole if part[:1].isdigit()]
                if until_count and len(ids) >= until_count:
                    return ids
        return ids + [int(text.split(b",", 1)[0])] if text[:1].isdigit() else ids

    def read(self, title, begin=0.0, end=1.0, **query):
        """Reads a part, checks it and tells how fast it came and what it took of memory."""
        begin, end = round(begin * self.count), round(end * self.count)
        before, started = self.memory(), time.monotonic()
        ids = self.ids(begin, end, **query)
        took = time.monotonic() - started
        assert len(ids) == end - begin, f"{title}: {len(ids)} of {end - begin}"
        assert ids == sorted(set(ids)), f"{title}: not in order, each once"
        grown = (self.memory(peak=True) - before) / 1024
        rate = len(ids) / took
        print(f"ok   {title}: {len(ids):,} messages, {rate:,.0f}/s, {grown:.1f} MiB more", flush=True)

    def memory(self, peak=False):
        """Resident memory of the hub in KiB; its peak since the last look without one."""
        if not peak:
            with open(f"/proc/{self.pid}/clear_refs", "w", encoding="ascii") as file:
                file.write("5")
        with open(f"/proc/{self.pid}/status", encoding="ascii") as file:
            name = "VmHWM" if peak else "VmRSS"
            (line,) = [line for line in file if line.startswith(name)]
        return int(line.split()[1])

    def kill(self):
        """As a power cut ends it."""
        process = self.sandbox.running.pop("hub")
        os.kill(process.pid, signal.SIGKILL)
        process.wait()


def stamp(number):
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(FIRST + STEP * number))


def is_online(history):
    url = f"{history.sandbox.url}/session/alice/status"
    return requests.get(url, headers=HEADERS, timeout=10).json().get("is_connected")


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    count = int(sys.argv[3]) if len(sys.argv) == 4 else 10_000
    with Sandbox(*sys.argv[1:3]) as sandbox:
        history = History(sandbox, count)
        history.read("a tenth from the middle", 0.4, 0.5)
        history.read("another tenth, with a hole between", 0.7, 0.8)
        history.read("what overlaps both", 0.45, 0.75)
        came = history.ids(0, count, until_count=count // 8)
        history.kill()
        print(f"     killed after {len(came):,} messages", flush=True)
        history.start()
        until(lambda: is_online(history), "the account is back", 60)
        history.read("everything, after the kill")
        history.read("everything, from the log")
        history.read("everything, compared with Telegram", force_refresh="true")
        history.read("everything, from the log again", chunk_size=7)
        sandbox.stop("hub")


main()
