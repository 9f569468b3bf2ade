#!/usr/bin/env python3
"""Logins by QR code as somebody with a camera has them: checks.py HUB LOCAL_DC.

The codes are read by ZXing, from the hub's pictures and from the screen of a terminal.
"""

import io
import os
import pty
import select
import struct
import fcntl
import subprocess
import sys
import termios
import time
import traceback
import urllib.request

import numpy
import pyte
import resvg_py
import zxingcpp
from PIL import Image
from sandbox import API_KEY, UNLIMITED, Sandbox, until

COLUMNS, ROWS = 100, 40


def read(image):
    """What the one code in a picture says."""
    codes = zxingcpp.read_barcodes(image)
    assert len(codes) == 1, f"{len(codes)} codes"
    return codes[0].text


def fetched(sandbox, path):
    request = urllib.request.Request(sandbox.url + path, headers={"X-API-Key": API_KEY})
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.headers["Cache-Control"] == "no-store"
        return answer.headers["Content-Type"], answer.read()


def of_blocks(lines):
    """A picture of text in half blocks, whose blocks are light."""
    halves = {" ": (0, 0), "▀": (255, 0), "▄": (0, 255), "█": (255, 255)}
    width = max(len(line) for line in lines)
    rows = []
    for line in lines:
        line = line.ljust(width, "█")
        rows.append([halves[block][0] for block in line])
        rows.append([halves[block][1] for block in line])
    # Quiet around it, as the rest of a light wall would be.
    grey = numpy.pad(numpy.array(rows, dtype=numpy.uint8), 4, constant_values=255)
    return Image.fromarray(grey.repeat(8, axis=0).repeat(8, axis=1))


class Screen:
    """A program in a terminal, and what stands on its screen."""

    def __init__(self, sandbox, settings, *arguments):
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self.stream = pyte.ByteStream(self.screen)
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.process = subprocess.Popen(
            [sandbox.programs["hub"], *arguments],
            cwd=sandbox.folder.name,
            env={"PATH": os.environ["PATH"], "TERM": "xterm", **settings},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        self.slave = slave

    def look(self):
        """Takes what has been written, and gives the lines that are not empty."""
        while select.select([self.master], [], [], 0.05)[0]:
            try:
                self.stream.feed(os.read(self.master, 65536))
            except OSError:
                break
        return [line.rstrip() for line in self.screen.display if line.strip()]

    def until(self, text, seconds=30):
        def found():
            return any(text in line for line in self.look())

        return until(found, f"the terminal says {text!r}: {self.look()}", seconds)

    def code(self):
        """What the code on the screen says."""
        self.until("Scan this")
        lines = [line for line in self.screen.display if set(line.strip()) <= set("▀▄█ ")]
        lines = [line for line in lines if line.strip()]
        return read(of_blocks([line.rstrip() for line in lines]))

    def type(self, text):
        os.write(self.master, text.encode())

    def echoes(self):
        return bool(termios.tcgetattr(self.slave)[3] & termios.ECHO)

    def end(self):
        """Waits for the program's end and gives its exit code."""
        until(lambda: self.look() and False or self.process.poll() is not None, "it ends", 30)
        self.look()
        return self.process.returncode


def pictures_are_read_by_another_reader(sandbox):
    sandbox.start_hub({**sandbox.settings(), **UNLIMITED})
    login = sandbox.hub("/login/qr", session_id="alice")
    path = f"/login/qr/{login['token']}"
    kind, png = fetched(sandbox, f"{path}/image?format=png")
    assert kind == "image/png" and read(Image.open(io.BytesIO(png))) == login["qr_url"]
    kind, svg = fetched(sandbox, f"{path}/image?format=svg")
    assert kind == "image/svg+xml"
    drawn = resvg_py.svg_to_bytes(svg_string=svg.decode())
    assert read(Image.open(io.BytesIO(bytes(drawn)))) == login["qr_url"]
    kind, text = fetched(sandbox, f"{path}/image?format=txt")
    assert kind.startswith("text/plain")
    assert read(of_blocks(text.decode().splitlines())) == login["qr_url"]
    sandbox.dc("/scan", account="alice", token=read(Image.open(io.BytesIO(png))))
    until(lambda: sandbox.hub(path, "GET")["status"] == "success", "the scan is known")
    assert sandbox.refused(f"{path}/image", "GET") == (404, "login_not_found")


def a_terminal_shows_the_code_and_logs_in(sandbox):
    settings = sandbox.settings()
    screen = Screen(sandbox, settings, "session", "login", "alice")
    code = screen.code()
    assert code.startswith("tg://login?token=")
    sandbox.dc("/scan", account="alice", token=code)
    screen.until("alice is @alice")
    assert screen.end() == 0
    assert not any("█" in line for line in screen.look()), "the code is taken away"
    assert "alice\tactive" in sandbox.run_hub(settings, "session", "list")
    sandbox.start_hub({**settings, **UNLIMITED})
    online = lambda: sandbox.hub("/session/alice/status", "GET").get("is_connected")
    until(online, "the session is online")


def a_terminal_asks_for_the_password_and_does_not_show_it(sandbox):
    screen = Screen(sandbox, sandbox.settings(), "session", "login", "bob")
    sandbox.dc("/scan", account="bob", token=screen.code())
    screen.until("two-step password")
    until(lambda: not screen.echoes(), "the terminal is silent")
    screen.type("wrong\n")
    screen.until("That is not the password")
    until(lambda: not screen.echoes(), "the terminal is silent")
    screen.type("bob-password\n")
    screen.until("bob is @bob")
    assert screen.end() == 0
    assert screen.echoes(), "the terminal is as it was"
    assert not any("bob-password" in line for line in screen.look())


def a_renewed_code_takes_the_place_of_the_former(sandbox):
    screen = Screen(sandbox, sandbox.settings(), "session", "login", "alice")
    first, lines = screen.code(), len(screen.look())
    second = until(lambda: (screen.code() != first) and screen.code(), "another code", 45)
    assert len(screen.look()) == lines, "it is drawn in its place"
    sandbox.dc("/scan", account="alice", token=second)
    assert screen.end() == 0


def a_code_logs_in_from_a_terminal(sandbox):
    screen = Screen(sandbox, sandbox.settings(), "session", "login", "c", "--phone", "+15550000003")
    screen.until("The code that Telegram has sent")
    screen.type("99999\n")
    screen.until("That is not the code")
    screen.type("12345\n")
    screen.until("c is @carol")
    assert screen.end() == 0


def an_interrupted_login_leaves_nothing(sandbox):
    settings = sandbox.settings()
    screen = Screen(sandbox, settings, "session", "login", "alice")
    screen.code()
    screen.type("\x03")
    assert screen.end() == 130
    assert "alice" not in sandbox.run_hub(settings, "session", "list")
    screen = Screen(sandbox, settings, "session", "login", "bob")
    sandbox.dc("/scan", account="bob", token=screen.code())
    screen.until("two-step password")
    until(lambda: not screen.echoes(), "the terminal is silent")
    screen.type("\x03")
    assert screen.end() == 130
    assert screen.echoes(), "the terminal is as it was"
    assert "bob" not in sandbox.run_hub(settings, "session", "list")


def a_running_hub_and_a_missing_terminal_are_told(sandbox):
    settings = sandbox.settings()
    try:
        sandbox.run_hub(settings, "session", "login", "alice")
        raise AssertionError("it needs a terminal")
    except RuntimeError as refused:
        assert "terminal" in str(refused), refused
    sandbox.start_hub({**settings, **UNLIMITED})
    screen = Screen(sandbox, settings, "session", "login", "alice")
    assert screen.end() == 1
    said = " ".join(screen.look())
    assert "POST /login/qr" in said and "a hub runs" in said, said


CHECKS = (
    pictures_are_read_by_another_reader,
    a_terminal_shows_the_code_and_logs_in,
    a_terminal_asks_for_the_password_and_does_not_show_it,
    a_renewed_code_takes_the_place_of_the_former,
    a_code_logs_in_from_a_terminal,
    an_interrupted_login_leaves_nothing,
    a_running_hub_and_a_missing_terminal_are_told,
)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    failed = 0
    for number, check in enumerate(CHECKS, start=1):
        title = check.__name__.replace("_", " ")
        began = time.monotonic()
        try:
            with Sandbox(*sys.argv[1:]) as sandbox:
                check(sandbox)
            print(f"{number:3} ok   {title} ({time.monotonic() - began:.1f} s)", flush=True)
        except Exception:
            failed += 1
            print(f"{number:3} FAIL {title}\n{traceback.format_exc()}", flush=True)
    print(f"{len(CHECKS) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
