#!/usr/bin/env python3
"""Session strings between Telethon, Pyrogram's successor and a hub: checks.py HUB LOCAL_DC.

A session string is as good as being logged in, so none is ever printed.
"""

import asyncio
import logging
import sys
import traceback
from pathlib import Path

from pyrogram.storage import SQLiteStorage
from sandbox import API_HASH, API_ID, CODE, TOOLS_KEY, Sandbox, until
from telethon import TelegramClient
from telethon.crypto import rsa as trusted
from telethon.sessions import StringSession

ALICE = "+15550000001"
ALICE_ID = 5550000001
CAROL = "+15550000003"

# It tells that it could be faster.
logging.getLogger("pyrogram").setLevel(logging.ERROR)


class Case:
    """A data centre of its own for each case, with Telethon beside the hub."""

    def __init__(self, sandbox):
        self.sandbox = sandbox
        with open(sandbox.key_file, encoding="utf-8") as file:
            trusted.add_key(file.read(), old=False)

    def nobody_is_connected(self):
        """Waits: Telegram ends a key that is connected twice."""
        until(lambda: self.sandbox.dc("/stats")["connections"] == 0, "all links are closed")

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
            assert (await client.get_me()).username == "alice"

        return self.telethon("", log_in)

    def hub_sends_and_captures(self):
        """Alice sends to Carol, Carol answers, both by the hub."""
        sandbox = self.sandbox
        sandbox.log_in("carol", CAROL)
        alice_is_online = lambda: status(sandbox, "alice").get("is_connected")
        until(alice_is_online, "Alice is online")
        sandbox.hub("/message/send", session_id="alice", chat_id="@carol", message="from the hub")
        sandbox.hub("/message/send", session_id="carol", chat_id="@alice", message="an answer")
        sandbox.dc("/send", **{"from": "carol", "to": "alice", "text": "from elsewhere"})
        for name, text, sent_by_alice in (
            ("carol", "from the hub", True),
            ("alice", "from the hub", True),
            ("alice", "an answer", False),
            ("alice", "from elsewhere", False),
        ):
            found = until(lambda: captured(sandbox, name, text), f"{name} captures {text!r}")
            assert (found["sender_id"] == ALICE_ID) == sent_by_alice, found

    def telethon_goes_on(self, string):
        """Telethon uses the string that the hub has handed out."""

        async def use(client):
            assert await client.is_user_authorized()
            assert (await client.get_me()).id == ALICE_ID
            assert (await client.send_message("carol", "from Telethon again")).out
            async for message in client.iter_messages("carol", limit=10):
                if message.raw_text == "an answer":
                    return
            raise AssertionError("Telethon does not see what the hub has received")

        self.telethon(string, use)
        ledger = self.sandbox.dc("/ledger?from=0&limit=1000")["messages"]
        assert [entry["text"] for entry in ledger].count("from Telethon again") == 1


def status(sandbox, name):
    return sandbox.hub(f"/session/{name}/status", "GET")


def captured(sandbox, name, text):
    messages = sandbox.hub(f"/session/{name}/messages", "GET")["messages"]
    return next((message for message in messages if message["text"] == text), None)


def exported(sandbox, settings, name, kind):
    return sandbox.run_hub(settings, "session", "export", name, f"--{kind}").strip()


def by_the_command_line(case):
    """Telethon's string is imported while no hub runs, and exported when it has stopped."""
    sandbox, settings = case.sandbox, case.sandbox.settings()
    string = case.alice_by_telethon()
    given = sandbox.run_hub(
        settings, "session", "import", "alice", "--telethon", "-", given=string + "\n"
    )
    assert string not in given and "alice" in given, "what an import prints"
    case.nobody_is_connected()
    sandbox.start_hub(settings)
    case.hub_sends_and_captures()
    sandbox.stop("hub")
    assert string not in sandbox.log("hub"), "the string stands in the log"
    again = exported(sandbox, settings, "alice", "telethon")
    # Both hold the data centre, its IPv4 address and the key, and nothing else.
    assert again == string, "the exported string is another one"
    case.telethon_goes_on(again)


def by_a_running_hub(case):
    """Telethon's string is imported by POST /sessions/import."""
    sandbox, settings = case.sandbox, case.sandbox.settings()
    string = case.alice_by_telethon()
    sandbox.start_hub(settings)
    answer = sandbox.hub("/sessions/import", session_id="alice", session_string=string)
    assert answer["user"]["username"] == "alice", answer
    refused = sandbox.refused("/sessions/import", session_id="other", session_string=string)
    assert refused == (409, "session_in_use"), refused
    case.hub_sends_and_captures()
    sandbox.stop("hub")
    case.telethon_goes_on(exported(sandbox, settings, "alice", "telethon"))


def by_the_settings_of_the_original(case):
    """A user of docker-telethon-plus changes nothing but the image."""
    sandbox = case.sandbox
    settings = sandbox.settings()
    for name in ("TELEGRAM_API_ID", "TELEGRAM_API_HASH", "HUB_API_KEY"):
        del settings[name]
    settings |= {
        "TELETHON_API_ID": str(API_ID),
        "TELETHON_API_HASH": API_HASH,
        "TELETHON_SESSION": case.alice_by_telethon(),
        "TELETHON_AUTH_KEY": TOOLS_KEY,
    }
    sandbox.start_hub(settings)
    is_authorized = lambda: sandbox.hub("/healthz", "GET", key="none")["authorized"]
    until(is_authorized, "the account of TELETHON_SESSION is authorized")
    me = sandbox.hub("/api/me", "GET", key=TOOLS_KEY)["result"]
    assert (me["id"], me["username"]) == (ALICE_ID, "alice"), me
    sent = sandbox.hub("/api/messages", key=TOOLS_KEY, chat="@carol", text="unchanged")["result"]
    assert sent["out"] and sent["text"] == "unchanged", sent
    assert sandbox.refused("/api/me", "GET", key="wrong") == (401, "invalid_key")
    sandbox.stop("hub")
    # A second start finds the account that the first one has imported.
    sandbox.start_hub(settings)
    until(is_authorized, "the account is authorized again")
    assert sandbox.hub("/api/me", "GET", key=TOOLS_KEY)["result"]["id"] == ALICE_ID
    sandbox.stop("hub")


def for_pyrogram(case):
    """Pyrogram's successor reads what the hub writes; what it writes, the hub takes."""
    sandbox, settings = case.sandbox, case.sandbox.settings()
    sandbox.start_hub(settings)
    sandbox.log_in("alice", ALICE)
    sandbox.stop("hub")
    string = exported(sandbox, settings, "alice", "pyrogram")

    async def read():
        storage = SQLiteStorage("alice", Path(), session_string=string, in_memory=True)
        await storage.open()
        facts = [
            await fact()
            for fact in (storage.dc_id, storage.api_id, storage.user_id, storage.is_bot)
        ]
        key, written = await storage.auth_key(), await storage.export_session_string()
        await storage.close()
        return facts, key, written

    facts, key, written = asyncio.run(read())
    assert facts == [2, API_ID, ALICE_ID, False], facts
    assert len(key) == 256
    assert written == string, "Pyrogram's successor writes another string"
    elsewhere = sandbox.settings("elsewhere")
    given = sandbox.run_hub(
        elsewhere, "session", "import", "alice", "--pyrogram", "-", given=written
    )
    assert "alice" in given
    key_of = StringSession(exported(sandbox, elsewhere, "alice", "telethon")).auth_key.key
    assert key_of == key, "another key"


CASES = [by_the_command_line, by_a_running_hub, by_the_settings_of_the_original, for_pyrogram]


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


main()
