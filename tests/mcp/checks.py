#!/usr/bin/env python3
"""Calls every tool of a hub with the official MCP client: checks.py HUB LOCAL_DC.

Prints how often each tool succeeded and refused; exits 1 if any call went another way.
"""

import asyncio
import json
import sys
import traceback
import warnings

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPDeprecationWarning, MCPError
from sandbox import TOOLS_KEY, UNLIMITED, Sandbox
from tools import CALLS, CONTRACT, Scene

# The handshake of the years before, and the generation without one.
GENERATIONS = {"legacy": "2025-11-25", "auto": "2026-07-28"}
# What calls say, and the log must not.
PRIVATE = ["bold", "too much", "notes.txt", "latest/meta-data", TOOLS_KEY]
# Which account each generation sends too fast with.
FLOODED = ["carol", "user0004"]


class Round:
    """All calls of one generation, on chats of its own."""

    def __init__(self, sandbox, number, client):
        self.scene = Scene(sandbox, number)
        self.client = client
        self.flooded = FLOODED[number - 1]
        self.counts = {}
        self.missed = []

    async def succeed(self, name, **arguments):
        """Calls a tool, checks both forms of its answer and gives the structured one."""
        answer = await self.client.call_tool(name, arguments)
        texts = [block.text for block in answer.content]
        assert not answer.is_error, texts
        content = answer.structured_content
        blocks = content["result"] if "result" in content else [content]
        assert texts == [json.dumps(block, indent=2, ensure_ascii=False) for block in blocks]
        return content

    async def refuse(self, name, error, **arguments):
        """Calls a tool and checks that it refuses with this error."""
        answer = await self.client.call_tool(name, arguments)
        assert answer.is_error, answer
        assert answer.structured_content is None, answer
        (block,) = answer.content
        told = json.loads(block.text)
        assert told["error"] == error and told["message"], told
        return told

    async def every_tool(self, listed):
        for name in listed:
            prepared, wrong, error = CALLS[name]
            counts = self.counts[name] = [0, 0]
            await self.attempt(name, counts, 0, self.one_success(name, prepared))
            await self.attempt(name, counts, 1, self.refuse(name, error, **wrong))

    async def one_success(self, name, prepared):
        arguments = await prepared(self.scene, self.succeed)
        # Arguments that nobody knows are ignored.
        await self.succeed(name, unknown=1, session_id="alice", **arguments)

    async def attempt(self, name, counts, which, call):
        try:
            await call
            counts[which] += 1
        except Exception:
            self.missed.append(f"{name}:\n{traceback.format_exc()}")

    async def other_checks(self, mode):
        told = await self.refuse("no_such_tool", "unknown_tool")
        assert "no_such_tool" in told["message"]
        assert (await self.succeed("get_me"))["username"] == "alice"
        account = self.flooded
        assert (await self.succeed("get_me", session_id=account))["username"] == account
        # The hub remembers how long the account has to wait, so each round floods its own.
        self.scene.sandbox.dc(
            "/fault", method="messages.sendMessage", account=account, kind="error", code=420,
            error="FLOOD_WAIT_90",
        )
        told = await self.refuse(
            "send_message", "telegram_rpc", chat="@bob", text="too much", session_id=account
        )
        assert (told["type"], told["retry_after"]) == ("FloodWaitError", 90), told
        assert (await self.client.list_resources()).resources == []
        assert (await self.client.list_prompts()).prompts == []
        if mode == "legacy":
            await self.client.send_ping()


def check_listing(tools):
    names = [tool.name for tool in tools]
    assert names[: len(CONTRACT)] == CONTRACT, names
    assert sorted(names) == sorted(CALLS), set(names) ^ set(CALLS)
    for tool in tools:
        hints = tool.annotations
        assert tool.title and tool.description and tool.output_schema, tool.name
        assert hints.read_only_hint is not None and hints.destructive_hint is not None
        assert "session_id" in tool.input_schema["properties"]
    return names


async def generation(sandbox, number, mode, version):
    headers = {"Authorization": f"Bearer {TOOLS_KEY}"}
    async with httpx2.AsyncClient(headers=headers, timeout=60) as http:
        transport = streamable_http_client(f"{sandbox.url}/mcp", http_client=http)
        async with Client(transport, mode=mode) as client:
            assert client.protocol_version == version, client.protocol_version
            server = client.server_info
            assert server.name == "telegram-hub" and client.instructions
            listed = check_listing((await client.list_tools()).tools)
            print(f"\n{mode}: {version}, {server.name} {server.version}, {len(listed)} tools")
            calls = Round(sandbox, number, client)
            await calls.every_tool(listed)
            await calls.attempt("the protocol", [0], 0, calls.other_checks(mode))
    return calls


def prepare(sandbox):
    """A hub with three accounts."""
    settings = sandbox.settings() | UNLIMITED
    settings["HUB_TOOLS_KEY"] = TOOLS_KEY
    settings["HUB_DEFAULT_SESSION"] = "alice"
    settings["HUB_TOOLS_FLOOD_SLEEP"] = "2"
    settings["HUB_FETCH_ALLOW"] = sandbox.files_at
    sandbox.start_hub(settings)
    for name, number in (("alice", 1), ("carol", 3), ("user0004", 4)):
        sandbox.log_in(name, f"+1555000{number:04}")


async def refused_without_key(sandbox):
    try:
        async with Client(f"{sandbox.url}/mcp", mode="legacy") as client:
            await client.list_tools()
    except (MCPError, httpx2.HTTPError, ExceptionGroup):
        return
    raise AssertionError("the tools answer without a key")


def show(calls):
    print(f"{'tool':24}{'ok':>4}{'refused':>9}")
    for name, (succeeded, refused) in calls.counts.items():
        print(f"{name:24}{succeeded:4}{refused:9}")
    for missed in calls.missed:
        print(f"MISSED {missed}")


async def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    warnings.simplefilter("ignore", MCPDeprecationWarning)
    rounds = []
    with Sandbox(*sys.argv[1:3]) as sandbox:
        prepare(sandbox)
        await refused_without_key(sandbox)
        for number, (mode, version) in enumerate(GENERATIONS.items(), start=1):
            calls = await generation(sandbox, number, mode, version)
            show(calls)
            rounds.append(calls)
        missed = sum(len(calls.missed) for calls in rounds)
        log = sandbox.log("hub")
        audited = log.count("telegram_hub::audit")
        told = [text for text in PRIVATE if text in log]
        if missed or told:
            print(log, file=sys.stderr)
    ok, refused = (
        sum(counts[which] for calls in rounds for counts in calls.counts.values())
        for which in (0, 1)
    )
    print(f"\n{ok} successes, {refused} refusals, {missed} missed; {audited} lines of audit")
    if told:
        print(f"the log tells {told}")
    sys.exit(1 if missed or told or not audited else 0)


asyncio.run(main())
