"""A call of every tool that succeeds, and one with a wrong argument.

Functions take what a scene has prepared and answer the arguments. The wrong calls stand beside
the name of the error that they must get.
"""

import datetime

CONTRACT = [
    "get_me",
    "get_entity",
    "send_message",
    "get_messages",
    "get_dialogs",
    "forward_messages",
    "delete_messages",
    "edit_message",
    "mark_read",
    "send_file",
    "get_participants",
    "create_group",
    "delete_chat",
    "join_chat",
    "leave_chat",
]


class Scene:
    """Fresh chats and messages for one round of calls."""

    def __init__(self, sandbox, number):
        self.sandbox = sandbox
        self.team = f"team{number}"
        self.public = f"public{number}"
        dc = sandbox.dc
        dc("/chat", kind="supergroup", creator="alice", title="Team", members=["bob", "carol"],
           username=self.team)
        dc("/chat", kind="supergroup", creator="bob", title="Public", members=[],
           username=self.public)
        private = dc("/chat", kind="supergroup", creator="bob", title="Private", members=[])
        self.link = dc("/invite", chat=private["chat"])["link"]
        own = dc("/chat", kind="supergroup", creator="alice", title="Gone", members=["bob"],
                 username=f"gone{number}")
        self.own = str(own["chat"])
        sent = dc("/send", **{"from": "alice", "to": "bob"}, text="own {n}", count=6)
        self.own_ids = [message["sender"] for message in sent["messages"]]
        sent = dc("/send", **{"from": "bob", "to": "alice"}, text="heard {n}", count=3)
        self.heard = [message["receiver"] for message in sent["messages"]]

    def later(self):
        later = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=2)
        return later.isoformat(timespec="seconds")


async def scheduled(scene, call):
    sent = await call("send_message", chat="@bob", text="later", schedule=scene.later())
    return [sent["id"]]


async def file_message(scene, call):
    sent = await call("send_file", chat="me", file_url=scene.sandbox.file_url)
    return sent["id"]


async def joined(scene, call):
    await call("join_chat", chat=f"@{scene.public}")
    return f"@{scene.public}"


def steady(**arguments):
    async def prepared(_scene, _call):
        return arguments

    return prepared


def made(function):
    async def prepared(scene, call):
        return await function(scene, call)

    return prepared


async def _entity(scene, _):
    return {"chat": f"@{scene.team}"}


async def _forward(scene, _):
    return {"from_chat": "@bob", "to_chat": "me", "message_ids": scene.own_ids[:2]}


async def _delete(scene, _):
    return {"chat": "@bob", "message_ids": scene.own_ids[2:4]}


async def _edit(scene, _):
    return {"chat": "@bob", "message_id": scene.own_ids[4], "text": "**new**", "parse_mode": "md"}


async def _file(scene, _):
    return {"chat": "@bob", "file_url": scene.sandbox.file_url, "caption": "look"}


async def _album(scene, _):
    return {"chat": "@bob", "urls": [scene.sandbox.file_url] * 2}


async def _team(scene, _):
    return {"chat": f"@{scene.team}"}


async def _own(scene, _):
    return {"chat": scene.own}


async def _public(scene, _):
    return {"chat": f"https://t.me/{scene.public}"}


async def _leave(scene, call):
    return {"chat": await joined(scene, call)}


async def _invite(scene, _):
    return {"invite": scene.link}


async def _heard(scene, _):
    return {"chat": "@bob", "message_id": scene.heard[0]}


async def _reaction(scene, _):
    return {"chat": "@bob", "message_id": scene.heard[0], "emoji": "👍"}


async def _cancel(scene, call):
    return {"chat": "@bob", "message_ids": await scheduled(scene, call)}


async def _download(scene, call):
    return {"chat": "me", "message_id": await file_message(scene, call)}


# name: (the arguments of a success, wrong arguments, the error they get)
CALLS = {
    "get_me": (steady(), {"session_id": "nobody"}, "session_not_found"),
    "get_entity": (_entity, {}, "invalid_argument"),
    "send_message": (
        steady(chat="@bob", text="<b>bold</b>", parse_mode="html", link_preview=False),
        {"chat": "@bob", "text": "x" * 4097},
        "invalid_argument",
    ),
    "get_messages": (
        steady(chat="@bob", limit=5, search="own"),
        {"chat": "@bob", "limit": 201},
        "invalid_argument",
    ),
    "get_dialogs": (steady(limit=3), {"limit": 0}, "invalid_argument"),
    "forward_messages": (
        _forward,
        {"from_chat": "@bob", "to_chat": "me", "message_ids": []},
        "invalid_argument",
    ),
    "delete_messages": (
        _delete,
        {"chat": "@bob", "message_ids": list(range(1, 102))},
        "invalid_argument",
    ),
    "edit_message": (_edit, {"chat": "@bob", "text": "no number"}, "invalid_argument"),
    "mark_read": (steady(chat="@bob"), {"chat": "@bob", "max_id": -1}, "invalid_argument"),
    "send_file": (
        _file,
        {"chat": "@bob", "file_url": "http://169.254.169.254/latest/meta-data"},
        "invalid_argument",
    ),
    "get_participants": (_team, {"chat": "@bob", "limit": 1001}, "invalid_argument"),
    "create_group": (steady(title="Made by an agent"), {"title": ""}, "invalid_argument"),
    "delete_chat": (_own, {"chat": 7}, "invalid_argument"),
    "join_chat": (_public, {"chat": "no such chat!"}, "invalid_argument"),
    "leave_chat": (_leave, {}, "invalid_argument"),
    "get_message": (_heard, {"chat": "@bob", "message_id": 0}, "invalid_argument"),
    "pin_message": (_heard, {"chat": "@bob"}, "invalid_argument"),
    "unpin_message": (_heard, {"chat": "@bob", "message_id": "x"}, "invalid_argument"),
    "set_reaction": (_reaction, {"chat": "@bob", "message_id": 1, "emoji": ""}, "invalid_argument"),
    "remove_reaction": (_heard, {"message_id": 1}, "invalid_argument"),
    "list_scheduled": (steady(chat="@bob"), {"chat": None}, "invalid_argument"),
    "cancel_scheduled": (_cancel, {"chat": "@bob", "message_ids": 7}, "invalid_argument"),
    "join_via_invite": (_invite, {"invite": "https://t.me/+AbCdEfGhIjKlMnOp"}, "telegram_rpc"),
    "send_album": (_album, {"chat": "@bob", "urls": ["http://x.example/"]}, "invalid_argument"),
    "download_media": (_download, {"chat": "me", "message_id": 2147483648}, "invalid_argument"),
    "list_sessions": (steady(), {"session_id": ""}, "invalid_argument"),
    "get_captured_messages": (
        steady(chat="@bob", limit=2),
        {"since": "yesterday"},
        "invalid_argument",
    ),
}
