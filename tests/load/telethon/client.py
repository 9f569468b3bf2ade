#!/usr/bin/env python3
"""Telethon clients that listen and catch up, each with a session file, until stdin ends.

The first line of stdin is JSON: {"server": "127.0.0.1:443", "accounts": [{"key": "hex of the
auth key", "session": "path"}]}. Prints "ready" when all are connected, and in the end how many
messages each has heard.
"""

import asyncio
import json
import sys
from pathlib import Path

from telethon import TelegramClient, events
from telethon.crypto import AuthKey
from telethon.sessions import SQLiteSession

API_ID = 1
API_HASH = "0123456789abcdef0123456789abcdef"
HOME_DC = 2


class Listener:
    """One account that hears every message and does nothing with it."""

    def __init__(self, server, account):
        host, port = server.rsplit(":", 1)
        fresh = not Path(f"{account['session']}.session").exists()
        session = SQLiteSession(account["session"])
        if fresh:
            session.set_dc(HOME_DC, host, int(port))
            session.auth_key = AuthKey(bytes.fromhex(account["key"]))
            session.save()
        self.heard = 0
        self.client = TelegramClient(session, API_ID, API_HASH, catch_up=True)
        self.client.add_event_handler(self.hear, events.NewMessage())

    async def hear(self, _event):
        self.heard += 1


async def main():
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    told = json.loads(await lines.readline())
    listeners = [Listener(told["server"], account) for account in told["accounts"]]
    for listener in listeners:
        await listener.client.start(phone=lambda: sys.exit("an account is not logged in"))
    print("ready", flush=True)
    await lines.read()
    for listener in listeners:
        await listener.client.disconnect()
    print(json.dumps([listener.heard for listener in listeners]), flush=True)


asyncio.run(main())
