"""Numbered checks against a data centre, and Telethon clients that reach it.

Telethon is used as it comes from PyPI: only the address and the RSA key are set from outside.
"""

import asyncio
import base64
import functools
import inspect
import json
import traceback
import urllib.error
import urllib.request

import rsa
from telethon import TelegramClient
from telethon.crypto import rsa as trusted
from telethon.network import (
    ConnectionTcpAbridged,
    ConnectionTcpFull,
    ConnectionTcpIntermediate,
    ConnectionTcpObfuscated,
)
from telethon.network.connection.connection import ObfuscatedConnection
from telethon.network.connection.tcpintermediate import RandomizedIntermediatePacketCodec
from telethon.network.connection.tcpobfuscated import ObfuscatedIO
from telethon.sessions import MemorySession

CODE = "12345"
API_ID = 1
API_HASH = "0123456789abcdef0123456789abcdef"


class ConnectionTcpPadded(ObfuscatedConnection):
    """Padded intermediate framing, which Telethon itself only uses through a proxy."""

    obfuscated_io = ObfuscatedIO
    packet_codec = RandomizedIntermediatePacketCodec


TRANSPORTS = {
    "full": ConnectionTcpFull,
    "abridged": ConnectionTcpAbridged,
    "intermediate": ConnectionTcpIntermediate,
    "obfuscated": ConnectionTcpObfuscated,
    "padded": ConnectionTcpPadded,
}


class Checks:
    """Runs checks in the order of their definition and counts them."""

    def __init__(self):
        self.checks = []

    def __call__(self, function):
        self.checks.append(function)
        return function

    async def run(self, dc, only=None):
        passed = failed = 0
        for number, check in enumerate(self.checks, start=1):
            title = check.__name__.replace("_", " ")
            if only and only not in title:
                continue
            try:
                await asyncio.wait_for(check(dc), 60)
                passed += 1
                print(f"{number:3} ok   {title}", flush=True)
            except Exception:
                failed += 1
                print(f"{number:3} FAIL {title}\n{traceback.format_exc()}", flush=True)
            finally:
                await dc.close_clients()
        print(f"{passed} passed, {failed} failed")
        return failed


def without(rule):
    """Lets a check run while one of the rules that make the data centre hard is off."""

    def decorate(check):
        @functools.wraps(check)
        async def run(dc):
            await dc.post("/rules", **{rule: False})
            try:
                await check(dc)
            finally:
                await dc.post("/rules", **{rule: True})

        return run

    return decorate


class Dc:
    """One data centre: its address, its key, its control port."""

    def __init__(self, address, control, key_file):
        self.host, port = address.rsplit(":", 1)
        self.port = int(port)
        self.control = f"http://{control}"
        self.clients = []
        self.next_number = 1000
        with open(key_file) as file:
            pem = file.read()
        key = rsa.PublicKey.load_pkcs1(pem.encode())
        trusted.add_key(pem, old=False)
        self.fingerprint = trusted._compute_fingerprint(key)

    def new_phone(self):
        """A number that no other check uses."""
        self.next_number += 1
        return f"+1555000{self.next_number:04}"

    def client(self, transport="full", session=None, **options):
        if session is None:
            session = MemorySession()
            session.set_dc(2, self.host, self.port)
        options.setdefault("connection_retries", 3)
        options.setdefault("retry_delay", 0)
        options.setdefault("request_retries", 2)
        client = TelegramClient(
            session, API_ID, API_HASH, connection=TRANSPORTS[transport], **options
        )
        self.clients.append(client)
        return client

    async def log_in(self, phone=None, password=None, **options):
        client = self.client(**options)
        await client.connect()
        phone = phone or self.new_phone()
        await client.send_code_request(phone)
        try:
            await client.sign_in(phone, CODE)
        except Exception as error:
            if type(error).__name__ != "SessionPasswordNeededError":
                raise
            await client.sign_in(password=password)
        return client

    async def pair(self):
        """Two fresh accounts that have resolved each other, as (client, peer, client, peer)."""
        a, b = await self.log_in(), await self.log_in()
        of_a, of_b = await a.get_me(), await b.get_me()
        return a, await a.get_input_entity(of_b.username), b, await b.get_input_entity(of_a.username)

    async def close_clients(self):
        for client in self.clients:
            result = client.disconnect()
            if inspect.isawaitable(result):
                await result
        self.clients.clear()

    async def post(self, path, **body):
        return await asyncio.to_thread(self._request, path, json.dumps(body).encode())

    async def get(self, path):
        return await asyncio.to_thread(self._request, path, None)

    def _request(self, path, body):
        request = urllib.request.Request(self.control + path, data=body)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)


class Heard:
    """Collects what an event handler gets and waits for it."""

    def __init__(self, client, event):
        self.queue = asyncio.Queue()
        client.add_event_handler(self.queue.put, event)

    async def next(self, timeout=10):
        return await asyncio.wait_for(self.queue.get(), timeout)

    def empty(self):
        return self.queue.empty()


async def until(condition, timeout=10):
    """Waits until an async condition holds."""
    deadline = asyncio.get_running_loop().time() + timeout
    while not await condition():
        if asyncio.get_running_loop().time() > deadline:
            raise TimeoutError("the condition did not come true")
        await asyncio.sleep(0.02)


async def refused(awaitable, name):
    """Expects an error of this class name or with this Telegram name in it."""
    try:
        await awaitable
    except Exception as error:
        if type(error).__name__ == name or name in str(error):
            return error
        raise
    raise AssertionError(f"{name} was expected, nothing was raised")
