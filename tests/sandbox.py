"""A data centre, a hub before it and a server of files, all on free ports of this machine."""

import http.server
import json
import os
import re
import signal
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request

API_ID = 1
API_HASH = "0123456789abcdef0123456789abcdef"
API_KEY = "the-hubs-own-key"
TOOLS_KEY = "the-key-of-the-tools"
CODE = "12345"
FILE = b"contents of a file\n"
# Limits on how fast an account acts are not what is looked at with these.
UNLIMITED = {
    "HUB_SEND_INTERVAL": "0",
    "HUB_CHAT_SEND_INTERVAL": "0",
    "HUB_LOOKUPS_PER_MINUTE": "0",
    "HUB_LOGINS_PER_MINUTE": "100000",
}


class Files(http.server.BaseHTTPRequestHandler):
    """Answers every path with the same small file."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(FILE)))
        self.end_headers()
        self.wfile.write(FILE)

    def log_message(self, *_):
        pass


class Sandbox:
    """Starts the data centre when entered, a hub when asked; stops what runs when left."""

    def __init__(self, hub, dc):
        self.programs = {"hub": hub, "dc": dc}
        self.running = {}

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for name in reversed(list(self.running)):
            self.stop(name)
        if hasattr(self, "files"):
            self.files.shutdown()
            self.files.server_close()
        self.folder.cleanup()

    def start(self):
        self.files = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files)
        threading.Thread(target=self.files.serve_forever, daemon=True).start()
        self.files_at = f"127.0.0.1:{self.files.server_port}"
        self.file_url = f"http://{self.files_at}/notes.txt"
        self.key_file = self.path("key.pem")
        arguments = ["--listen=127.0.0.1:0", "--control=127.0.0.1:0", f"--key-out={self.key_file}"]
        self.spawn("dc", arguments)
        ready = self.read("dc", r"ready: clients (\S+), control (\S+)")
        self.dc_at = ready[1]
        self.control = f"http://{ready[2]}"

    def settings(self, folder="data"):
        """What a hub before this data centre needs, with its data in a folder of the sandbox."""
        return {
            "HUB_LISTEN": "127.0.0.1:0",
            "HUB_API_KEY": API_KEY,
            "HUB_DATA_DIR": self.path(folder),
            "TELEGRAM_API_ID": str(API_ID),
            "TELEGRAM_API_HASH": API_HASH,
            "TELEGRAM_SERVER": self.dc_at,
            "TELEGRAM_SERVER_KEY": self.key_file,
        }

    def start_hub(self, settings):
        self.spawn("hub", [], settings)
        self.url = "http://" + self.read("hub", r"(127\.0\.0\.1:\d+)")[1]

    def stop(self, name):
        """Stops a program and waits for its end, which a hub needs to close its connections."""
        process = self.running.pop(name)
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def run_hub(self, settings, *arguments, given=""):
        """Runs a command of the hub to its end and gives what it has printed."""
        done = subprocess.run(
            [self.programs["hub"], *arguments],
            cwd=self.folder.name,
            env={"PATH": os.environ["PATH"], **settings},
            input=given,
            capture_output=True,
            text=True,
            timeout=60,
        )
        if done.returncode:
            raise RuntimeError(f"telegram-hub {arguments[:3]}: {done.stderr}")
        return done.stdout

    def spawn(self, name, arguments, settings=None):
        environment = None if settings is None else {"PATH": os.environ["PATH"], **settings}
        with open(self.path(f"{name}.log"), "wb") as log:
            self.running[name] = subprocess.Popen(
                [self.programs[name], *arguments],
                cwd=self.folder.name,
                env=environment,
                stdout=log,
                stderr=log,
            )

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def log(self, name):
        """What a program has written so far; nothing if it was never started."""
        try:
            with open(self.path(f"{name}.log"), encoding="utf-8") as log:
                return log.read()
        except FileNotFoundError:
            return ""

    def read(self, name, pattern):
        """Waits until the program has written this."""
        for _ in range(300):
            found = re.search(pattern, self.log(name))
            if found:
                return found
            if self.running[name].poll() is not None:
                break
            time.sleep(0.1)
        raise RuntimeError(f"{name} did not start:\n{self.log(name)}")

    def log_in(self, name, phone, password=None):
        started = self.hub("/login/start", session_id=name, phone_number=phone)
        code = started["phone_code_hash"]
        self.hub("/login/code", session_id=name, phone_code=CODE, phone_code_hash=code)
        if password:
            self.hub("/login/password", session_id=name, password=password)

    def hub(self, path, method="POST", key=API_KEY, **body):
        """Asks the hub and gives the JSON of its answer."""
        sent = json.dumps(body).encode() if body or method != "GET" else None
        return ask(self.url + path, sent, {"Authorization": f"Bearer {key}"}, method)

    def refused(self, path, method="POST", key=API_KEY, **body):
        """Asks the hub for what it must refuse, and gives the status and the error's name."""
        try:
            self.hub(path, method, key, **body)
        except Refused as refused:
            return refused.status, refused.code
        raise AssertionError(f"{method} {path} is not refused")

    def dc(self, path, **body):
        """Scripts the data centre, or looks at it when nothing is sent."""
        return ask(self.control + path, json.dumps(body).encode() if body else None, {})


class Refused(Exception):
    """An answer that is an error."""

    def __init__(self, url, error):
        super().__init__(f"{url}: {error.code} {error.read().decode()}")
        self.status = error.code
        self.code = error.headers["X-Error-Code"]


def ask(url, body, headers, method=None):
    headers = {"Content-Type": "application/json", **headers}
    request = urllib.request.Request(url, body, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        raise Refused(url, error) from error


def until(condition, what, seconds=20):
    """Waits until the condition gives something true, and gives that."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise TimeoutError(f"it did not come true within {seconds} s: {what}")
