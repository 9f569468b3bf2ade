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

API_KEY = "the-hubs-own-key"
TOOLS_KEY = "the-key-of-the-tools"
FILE = b"contents of a file\n"


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
    """Starts everything when entered and stops what it has started when left."""

    def __init__(self, hub, dc):
        self.programs = hub, dc
        self.processes = []

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
        if hasattr(self, "files"):
            self.files.shutdown()
        self.folder.cleanup()

    def start(self):
        self.files = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files)
        threading.Thread(target=self.files.serve_forever, daemon=True).start()
        files = f"127.0.0.1:{self.files.server_port}"
        self.file_url = f"http://{files}/notes.txt"
        hub, dc = self.programs
        key = os.path.join(self.folder.name, "key.pem")
        self.spawn("dc", [dc, "--listen=127.0.0.1:0", "--control=127.0.0.1:0", f"--key-out={key}"])
        ready = self.read("dc", r"ready: clients (\S+), control (\S+)")
        self.control = f"http://{ready[2]}"
        settings = {
            "HUB_LISTEN": "127.0.0.1:0",
            "HUB_API_KEY": API_KEY,
            "HUB_TOOLS_KEY": TOOLS_KEY,
            "HUB_DEFAULT_SESSION": "alice",
            "HUB_TOOLS_FLOOD_SLEEP": "2",
            "HUB_FETCH_ALLOW": files,
            "HUB_DATA_DIR": self.folder.name,
            # Telegram's limits on how fast an account acts are not what is looked at here.
            "HUB_SEND_INTERVAL": "0",
            "HUB_CHAT_SEND_INTERVAL": "0",
            "HUB_LOOKUPS_PER_MINUTE": "0",
            "TELEGRAM_API_ID": "1",
            "TELEGRAM_API_HASH": "0123456789abcdef0123456789abcdef",
            "TELEGRAM_SERVER": ready[1],
            "TELEGRAM_SERVER_KEY": key,
        }
        self.spawn("hub", [hub], settings)
        self.url = "http://" + self.read("hub", r"(127\.0\.0\.1:\d+)")[1]
        for name, number in (("alice", 1), ("carol", 3), ("user0004", 4)):
            self.log_in(name, f"+1555000{number:04}")

    def spawn(self, name, command, settings=None):
        log = open(os.path.join(self.folder.name, f"{name}.log"), "wb")
        environment = None if settings is None else {"PATH": os.environ["PATH"], **settings}
        self.processes.append(
            subprocess.Popen(
                command, cwd=self.folder.name, env=environment, stdout=log, stderr=log
            )
        )

    def log(self, name):
        with open(os.path.join(self.folder.name, f"{name}.log"), encoding="utf-8") as log:
            return log.read()

    def read(self, name, pattern):
        """Waits until the program has written this."""
        for _ in range(300):
            found = re.search(pattern, self.log(name))
            if found:
                return found
            if self.processes[-1].poll() is not None:
                break
            time.sleep(0.1)
        raise RuntimeError(f"{name} did not start:\n{self.log(name)}")

    def log_in(self, name, phone):
        started = self.hub("/login/start", session_id=name, phone_number=phone)
        code = started["phone_code_hash"]
        self.hub("/login/code", session_id=name, phone_code="12345", phone_code_hash=code)

    def hub(self, path, **body):
        return post(self.url + path, body, {"X-API-Key": API_KEY})

    def dc(self, path, **body):
        """Scripts the data centre."""
        return post(self.control + path, body, {})


def post(url, body, headers):
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json", **headers}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        raise RuntimeError(f"{url}: {error.code} {error.read().decode()}") from error
