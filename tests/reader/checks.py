#!/usr/bin/env python3
"""The reader door between Telethon and scripts that use `requests`: checks.py HUB LOCAL_DC.

A session string is as good as being logged in, so none is ever printed.
"""

import asyncio
import concurrent.futures
import sys
import traceback

import requests
from sandbox import API_HASH, API_ID, CODE, Sandbox, until
from telethon import TelegramClient
from telethon.crypto import rsa as trusted
from telethon.sessions import StringSession

ALICE = "+15550000001"
ALICE_ID = 5550000001
BOB = "+15550000002"
BOB_ID = 5550000002


class Case:
    """A data centre and a hub of its own for each case, with Telethon beside them."""

    def __init__(self, sandbox):
        self.sandbox = sandbox
        with open(sandbox.key_file, encoding="utf-8") as file:
            trusted.add_key(file.read(), old=False)
        settings = sandbox.settings()
        # A user of the original has no key of the hub, whose door is on loopback.
        del settings["HUB_API_KEY"]
        self.settings = {**settings, "HUB_READER_IDLE": "1", "HUB_LOG": "debug"}
        sandbox.start_hub(self.settings)

    def links(self):
        return self.sandbox.dc("/stats")["connections"]

    def nobody_is_connected(self):
        """Waits: Telegram ends a key that is connected from two addresses."""
        until(lambda: self.links() == 0, "all links are closed")

    def telethon(self, string, use):
        """Runs a use of a Telethon client to its end, and gives its string then."""

        async def run():
            session = StringSession(string)
            if not string:
                host, port = self.sandbox.dc_at.rsplit(":", 1)
                session.set_dc(2, host, int(port))
            client = TelegramClient(session, API_ID, API_HASH)
            await client.connect()
            try:
                await asyncio.wait_for(use(client), 30)
                return session.save()
            finally:
                await client.disconnect()

        self.nobody_is_connected()
        string = asyncio.run(run())
        self.nobody_is_connected()
        return string

    def alice_by_telethon(self):
        """Logs Alice in with Telethon, which lets go of her, and gives her string."""

        async def log_in(client):
            await client.send_code_request(ALICE)
            await client.sign_in(ALICE, CODE)

        return self.telethon("", log_in)

    def reader(self, string):
        """A client of the original: three headers, and nothing else."""
        session = requests.Session()
        session.headers = {
            "X-Api-Id": str(API_ID),
            "X-Api-Hash": API_HASH,
            "X-Session-String": string,
        }

        def get(path, status=200, **query):
            answer = session.get(self.sandbox.url + path, params=query, timeout=30)
            assert answer.status_code == status, (path, answer.status_code, answer.text)
            return answer.json()

        return get

    def auth(self, path, status=200, **fields):
        body = {"api_id": API_ID, "api_hash": API_HASH, **fields}
        answer = requests.post(self.sandbox.url + path, json=body, timeout=30)
        assert answer.status_code == status, (path, answer.status_code, answer.text)
        return answer.json()

    def keeps_nothing(self, *strings):
        """Neither string nor application is in the hub's log."""
        self.sandbox.stop("hub")
        log = self.sandbox.log("hub")
        assert "DEBUG" in log, "the log is not talkative"
        for string in strings:
            assert string[1:40] not in log and string[40:80] not in log, "the string is in the log"
        assert API_HASH not in log, "the application's hash is in the log"


def a_string_of_telethon_reads_everything(case):
    """Every path, with pages and a search, by a string that Telethon has made."""
    string = case.alice_by_telethon()
    for number in range(1, 8):
        case.sandbox.dc("/send", **{"from": "bob", "to": "alice", "text": f"invoice {number}"})
    case.sandbox.dc("/send", **{"from": "bob", "to": "alice", "text": "meeting notes"})
    get = case.reader(string)
    assert get("/me")["id"] == ALICE_ID
    dialog = next(dialog for dialog in get("/dialogs", limit=20) if dialog["id"] == BOB_ID)
    query, texts = {"chat_id": dialog["id"], "limit": 3, "search": "invoice"}, []
    while True:
        page = get("/messages", **query)
        texts += [message["text"] for message in page]
        if len(page) < query["limit"]:
            break
        query["offset_id"] = min(message["id"] for message in page)
    assert texts == [f"invoice {number}" for number in range(7, 0, -1)], texts
    (found,) = get("/search", query="meeting notes")
    assert found["chat_id"] == BOB_ID and found["sender_name"] == "Bob", found
    assert get(f"/messages/{found['id']}", chat_id=BOB_ID) == found
    assert case.links() == 1
    get("/messages/999", status=404, chat_id=BOB_ID)
    case.keeps_nothing(string)


def many_at_once_share_one_connection(case):
    """A loop of a workflow that asks for two hundred chats at the same time."""
    string = case.alice_by_telethon()
    case.sandbox.dc("/send", **{"from": "bob", "to": "alice", "text": "hello"})

    def ask(_):
        return case.reader(string)("/messages", chat_id=BOB_ID, limit=1)[0]["text"]

    with concurrent.futures.ThreadPoolExecutor(200) as pool:
        assert set(pool.map(ask, range(200))) == {"hello"}
    assert case.links() == 1


def a_string_of_the_reader_works_in_telethon(case):
    """The two-step password in a second call, and the string in Telethon and back."""
    case.auth("/auth/send-code", phone=BOB)
    case.auth("/auth/verify-code", 400, phone=BOB, code="54321")
    case.auth("/auth/verify-code", 400, phone=BOB, code=CODE)
    case.auth("/auth/verify-code", 400, phone=BOB, code=CODE, password="wrong")
    done = case.auth("/auth/verify-code", phone=BOB, code=CODE, password="bob-password")
    assert done["detail"] == "Authenticated successfully."
    string = done["session_string"]
    assert case.reader(string)("/me")["id"] == BOB_ID

    async def use(client):
        assert await client.is_user_authorized()
        assert (await client.get_me()).id == BOB_ID
        assert (await client.send_message("alice", "from Telethon")).out

    assert case.telethon(string, use) == string, "Telethon writes another string"
    (message,) = case.reader(string)("/messages", chat_id=ALICE_ID, limit=5)
    assert message["text"] == "from Telethon" and message["out"], message
    case.keeps_nothing(string)


def a_string_that_was_logged_out_says_what_to_do(case):
    """Telethon logs out; the reader answers 401."""
    string = case.alice_by_telethon()
    case.reader(string)("/me")

    async def log_out(client):
        await client.log_out()

    case.nobody_is_connected()
    case.telethon(string, log_out)
    refused = case.reader(string)("/me", status=401)
    assert "a new login is needed" in refused["detail"], refused


CASES = [
    a_string_of_telethon_reads_everything,
    many_at_once_share_one_connection,
    a_string_of_the_reader_works_in_telethon,
    a_string_that_was_logged_out_says_what_to_do,
]


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    failed = 0
    for case in CASES:
        title = case.__name__.replace("_", " ")
        with Sandbox(*sys.argv[1:]) as sandbox:
            try:
                case(Case(sandbox))
                print(f"ok   {title}", flush=True)
            except Exception:
                failed += 1
                print(f"FAIL {title}\n{traceback.format_exc()}", flush=True)
                for program in ("dc", "hub"):
                    print(sandbox.log(program), file=sys.stderr)
    print(f"{len(CASES) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
