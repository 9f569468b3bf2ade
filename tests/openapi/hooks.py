"""What schemathesis cannot know of a hub: what exists there, and what must outlive the run.

Loaded by schemathesis, which runs in a process of its own; the sandbox is told by the environment.
"""

import atexit
import collections
import json
import os
import re
import urllib.request
from datetime import UTC, datetime, timedelta

import schemathesis
from sandbox import API_KEY, CODE, ask, until

HUB = os.environ["OPENAPI_HUB"]
CONTROL = os.environ["OPENAPI_CONTROL"]
FILE_URL = os.environ["OPENAPI_FILE_URL"]
STRING = os.environ["OPENAPI_STRING"]
COUNTS = os.environ["OPENAPI_COUNTS"]

# Whose sessions and which chat every other case needs.
LASTING = {"alice", "bob", "carol"}
TEAM = "@team"
BOB = "+15550000002"
# What ends a session, or an account's being in a chat; who has to have made that chat.
ENDS_SESSION = {"logout", "session_destroy"}
ENDS_CHAT = {"tools_delete_chat": "alice", "tools_leave_chat": "bob"}
# Cursors are good only if the hub has given them out, the names of chats have a grammar of their
# own, one of two fields may contradict the other, one of two must be there, and a login's code may
# be missing only once Telegram has taken it.
NOT_IN_THE_DOCUMENT = (["cursor"], ["after"], ["chat_id"], ["from"], ["client_id"], ["code"],
    ["q"], ["query"])
ABOUT_A_MESSAGE = {
    "tools_edit_message",
    "tools_pin_message",
    "tools_unpin_message",
    "tools_set_reaction",
    "tools_remove_reaction",
}
CHATS = {"me", "@bob", "carol", "https://t.me/alice", TEAM, "+15550000003", "5550000002"}

counts = collections.Counter()
refusals = collections.Counter()
made = collections.Counter()


def number(kind):
    made[kind] += 1
    return made[kind]


def hub(path, **body):
    return ask(HUB + path, json.dumps(body).encode(), {"X-API-Key": API_KEY})


def control(path, **body):
    return ask(CONTROL + path, json.dumps(body).encode(), {})


def new_session():
    """A session of an account that nobody else uses."""
    name, code = new_login()
    hub("/login/code", session_id=name, phone_code=CODE, phone_code_hash=code)
    return name


def new_login(phone=None):
    """A session that waits for its code, and what has to be sent back with that."""
    nth = number("login")
    name = f"short-lived-{nth}"
    started = hub("/login/start", session_id=name, phone_number=phone or f"+1555000{5000 + nth}")
    return name, started["phone_code_hash"]


def new_login_with_code():
    """A session that waits for the password of its account."""
    name, code = new_login(BOB)
    hub("/login/code", session_id=name, phone_code=CODE, phone_code_hash=code)
    return name


def qr_login(name):
    """The token of a login by QR code that the operation can succeed with."""
    if name in ("login_qr_look", "login_qr_image") and number("look at a code") % 20 != 1:
        return qr_login.lasting
    session = f"short-lived-{number('login')}"
    started = hub("/login/qr", session_id=session)
    token = started["token"]
    if name == "login_qr_password":
        control("/scan", account="bob", token=started["qr_url"])
        look = f"{HUB}/login/qr/{token}"
        wanted = "password_required"
        key = {"X-API-Key": API_KEY}
        until(lambda: ask(look, None, key, "GET")["status"] == wanted, "the password is asked for")
    elif name != "login_qr_cancel":
        qr_login.lasting = token
    return token


def archive_login(name):
    """The same for the archive's door."""
    started = archive("/auth/qr", username=f"short-lived-{number('login')}")
    token = started["token"]
    if name == "archive_qr_password":
        control("/scan", account="bob", token=started["qr_url"])
        look = lambda: archive(f"/auth/qr/{token}")["status"] == "password_required"
        until(look, "the password is asked for")
    return token


def archive(path, method=None, **body):
    """Asks the archive's door as Alice does."""
    headers = {"X-API-Key": API_KEY, "X-Telegram-Username": "alice"}
    method = method or ("POST" if body else "GET")
    sent = json.dumps(body).encode() if body else None
    return ask(f"{HUB}/api/v3{path}", sent, headers, method)


def team():
    """The team's marked id."""
    if not hasattr(team, "id"):
        found = archive("/search/dialogs?q=Team&match=exact")
        team.id = found["results"][0]["id"]
    return team.id


def file_of_history():
    """The UUID of a file that is kept."""
    if not hasattr(file_of_history, "uuid"):
        whole = {"download_media": True, "max_media_size_mb": None}
        archive("/settings", "PATCH", **whole, download_file_types={"files": True})
        file = {"name": "notes.txt", "size": 1000, "mime": "text/plain"}
        control("/send", **{"from": "bob", "to": TEAM, "text": "a file", "file": file})
        url = f"{HUB}/api/v3/history/{team()}"
        headers = {"X-API-Key": API_KEY, "X-Telegram-Username": "alice"}
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as told:
            text = told.read().decode()
        file_of_history.uuid = re.findall(r'"media_uuid": "([^"]+)"', text)[-1]
    return file_of_history.uuid


def new_reader_login():
    """A login of the reader door that waits for its code, and what has to be sent back."""
    app = {"api_id": 1, "api_hash": "hash", "phone": f"+1555000{5000 + number('login')}"}
    hub("/auth/send-code", **app)
    return app | {"code": CODE}


def new_chat(creator="alice"):
    """A group with Alice in it; only its creator can delete it, and everybody else leave."""
    name = f"short_lived_{number('chat')}"
    members = [member for member in ("alice", "bob") if member != creator]
    group = {"kind": "supergroup", "creator": creator, "members": members, "username": name}
    control("/chat", title="Short-lived", **group)
    return f"@{name}"


def new_invite():
    chat = control("/chat", kind="supergroup", creator="bob", title="Private", members=[])["chat"]
    return control("/invite", chat=chat)["link"]


def new_message():
    """A message of Alice with a file to the team."""
    file = {"name": "a.bin", "size": 1000, "mime": "text/plain"}
    sent = control("/send", **{"from": "alice", "to": TEAM, "text": "short-lived", "file": file})
    return sent["messages"][0]["sender"]


def new_schedule():
    """A scheduled message to the team."""
    headers = {"X-API-Key": API_KEY, "X-Session-Id": "alice"}
    body = {"chat": TEAM, "text": "later", "schedule": soon()}
    return ask(f"{HUB}/api/messages", json.dumps(body).encode(), headers)["result"]["id"]


def soon():
    return (datetime.now(UTC) + timedelta(hours=1)).isoformat()


# What the dictionaries of schemathesis.toml stand for.
MAKE = {
    "<session>": new_session,
    "<chat>": new_chat,
    "<invite>": new_invite,
    "<file>": lambda: FILE_URL,
    "<string>": lambda: STRING,
    "2001-02-03T04:05:06Z": soon,
}


def real(value):
    """The value with something real in the place of each word in angle brackets."""
    if isinstance(value, str):
        return MAKE[value]() if value in MAKE else value
    if isinstance(value, list):
        return [real(item) for item in value]
    if isinstance(value, dict):
        return {name: real(item) for name, item in value.items()}
    return value


@schemathesis.hook
def before_call(_context, case, _kwargs):
    name = case.operation.definition.raw.get("operationId")
    for place in ("path_parameters", "query", "body"):
        values = getattr(case, place)
        if isinstance(values, (dict, list)):
            changed = real(values)
            if changed != values:
                setattr(case, place, changed)
    spare(name, case)
    if case.meta is None or case.meta.generation.mode.is_positive:
        point_to_what_exists(name, case)


def spare(name, case):
    """Ends something short-lived in the place of what must last."""
    for values in (case.path_parameters, case.body):
        if not isinstance(values, dict):
            continue
        session, chat = str(values.get("session_id")), str(values.get("chat"))
        if name in ENDS_SESSION and session.strip() in LASTING:
            values["session_id"] = new_session()
        if name in ENDS_CHAT and "team" in chat.lower():
            values["chat"] = new_chat(ENDS_CHAT[name])


def point_to_what_exists(name, case):
    """Every other case is about an account, a chat, a message or a login that exists."""
    path, query, body = (
        values if isinstance(values, dict) else {}
        for values in (case.path_parameters, case.query, case.body)
    )
    if number(f"case of {name}") % 2:
        return
    case.headers.pop("X-Session-Id", None)
    if name.startswith("reader_"):
        case.headers["X-Session-String"] = STRING
    for values in (path, query, body):
        if "session_id" in values and name not in ENDS_SESSION and name != "session_import":
            values["session_id"] = "alice"
        for place in ("chat", "chat_id", "from_chat", "to_chat", "entity_identifier"):
            if place in values and values[place] not in CHATS:
                values[place] = TEAM
    if name.startswith("archive_"):
        case.headers["X-Telegram-Username"] = "alice"
    if "token" in path:
        path["token"] = archive_login(name) if name.startswith("archive_") else qr_login(name)
    if name.startswith("archive_search"):
        query["q"] = "message"
        query.pop("start_date", None)
        query.pop("end_date", None)
    if "dialog_id" in path:
        path["dialog_id"] = team()
    if "file_uuid" in path:
        path["file_uuid"] = file_of_history()
    if body:
        point_to_what_is_new(name, body)
    elif "message_id" in path and "chat" in query:
        query["chat"] = TEAM
    if name == "reader_message":
        path["id"], query["chat_id"] = new_message(), TEAM
    if "message_id" in path:
        path["message_id"] = message = new_message()
        if name == "tools_remove_reaction":
            control("/react", account="alice", peer=TEAM, message_id=message, emoji="👍")
    spare(name, case)


def point_to_what_is_new(name, body):
    if name == "login_start":
        body["session_id"] = f"short-lived-{number('login')}"
    elif name == "login_code":
        body["session_id"], body["phone_code_hash"] = new_login()
    elif name == "reader_verify_code":
        body |= new_reader_login()
    elif name == "login_password":
        body["session_id"] = new_login_with_code()
    elif name == "login_qr_start":
        body["session_id"] = f"short-lived-{number('login')}"
    elif name == "archive_qr_start":
        body["username"] = f"short-lived-{number('login')}"
    elif name in ("login_qr_password", "archive_qr_password"):
        body["password"] = "bob-password"
    elif name == "tools_cancel_scheduled":
        body |= {"chat": TEAM, "message_ids": [new_schedule()]}
    elif name == "message_reply":
        body |= {"chat_id": TEAM, "message_id": new_message()}
    elif "message_ids" in body:
        body |= {"message_ids": [new_message()], "from_chat" if "from_chat" in body else "chat": TEAM}
    elif name in ABOUT_A_MESSAGE:
        body["chat"] = TEAM
    elif name in ENDS_CHAT:
        body["chat"] = new_chat(ENDS_CHAT[name])


@schemathesis.hook
def after_call(_context, case, response):
    name = case.operation.definition.raw.get("operationId")
    counts[f"{name} {response.status_code}"] += 1
    if response.status_code == 502:
        told = response.json()["detail"]
        told = told["telegram_error"] if isinstance(told, dict) else told
        refusals[f"{error_code(response)}: {told}"] += 1


@schemathesis.check
def a_502_is_a_refusal_of_telegram(_context, response, _case):
    """Telegram is there all the time, so it is never out of reach."""
    if response.status_code == 502:
        code = error_code(response)
        assert code not in (None, "telegram_unreachable"), f"502 with X-Error-Code {code}"


@schemathesis.check
def what_the_document_allows_is_not_malformed(_context, response, case):
    """What the document cannot say is excepted: see NOT_IN_THE_DOCUMENT."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if error_code(response) == "invalid_request":
        detail = response.json()["detail"]
        if isinstance(detail, str) and says_of_two(detail):
            return
        faults = detail if isinstance(detail, list) else [{"loc": [], "msg": detail}]
        # Which characters there are is said by Unicode.
        faults = [fault for fault in faults if "that Unicode defines" not in fault["msg"]]
        for fault in faults:
            assert fault["loc"][-1:] in NOT_IN_THE_DOCUMENT, f"{fault['loc']}: {fault['msg']}"


def says_of_two(detail):
    """Days that no month has, two dates in the wrong order, and a change that changes nothing."""
    return any(part in detail for part in ("Invalid date", "must be before", "No fields provided", "must not be blank"))


def error_code(response):
    return response.headers.get("x-error-code", [None])[0]


@atexit.register
def write_counts():
    with open(COUNTS, "w", encoding="utf-8") as file:
        json.dump([counts, refusals], file)
