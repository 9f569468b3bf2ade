#!/usr/bin/env python3
"""The archive's door as a Python client of the original uses it: checks.py HUB LOCAL_DC."""

import difflib
import json
import sys
import time
import traceback

import requests
import sseclient
from sandbox import API_KEY, UNLIMITED, Sandbox, until

ALICE = "+15550000001"
SSE = {"Accept": "text/event-stream"}


class Client:
    """What the original's description tells its clients to do."""

    def __init__(self, url, session):
        self.base = f"{url}/api/v3"
        self.http = requests.Session()
        self.http.headers.update({"X-API-Key": API_KEY, "X-Telegram-Username": session})

    def ask(self, method, path, status=200, **more):
        response = self.http.request(method, self.base + path, timeout=60, **more)
        assert response.status_code == status, f"{path}: {response.status_code} {response.text}"
        return response

    def dialogs(self, **query):
        return self.ask("GET", "/search/dialogs", params=query).json()

    def titles(self, **query):
        return [found["title"] for found in self.dialogs(**query)["results"]]

    def history(self, dialog, **query):
        """The chunks of a history, as an SSE library reads them."""
        path = f"/history/{dialog}"
        stream = self.ask("GET", path, params=query, stream=True, headers=SSE)
        assert stream.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        events = list(sseclient.SSEClient(stream).events())
        assert all(event.event == "message" and not event.id for event in events), events
        return [json.loads(event.data)["messages"] for event in events]

    def poll(self, token):
        """Asks for a login every half second, until it no longer waits."""
        shown = set()
        for _ in range(100):
            told = self.ask("GET", f"/auth/qr/{token}").json()
            if told["status"] != "pending":
                return told, shown
            shown.add(told["qr_url"])
            time.sleep(0.5)
        raise AssertionError("the login stays pending")


def the_hub_is_healthy(sandbox, client):
    health = requests.get(f"{sandbox.url}/health", timeout=10).json()
    assert health["status"] == "healthy", health
    front = requests.get(sandbox.url, timeout=10).json()
    assert front["version"] == "1.0.0" and front["docs"] == "/docs", front
    assert front["endpoints"]["search_dialogs"] == "/api/v3/search/dialogs", front
    client.ask("GET", "/search/dialogs", params={"limit": 3})


def chats_are_found_by_similar_titles(sandbox, client):
    titles = ["Crypto News", "Crypto Traders", "Cooking", "Büro", "Привет Мир"]
    for title in titles:
        sandbox.dc("/chat", creator="alice", title=title, kind="supergroup")
    for text in ["crypto", "crpto", "crypto nwes", "buro", "мир", "cook"]:
        for least in [0.3, 0.6, 0.8]:
            scores = {title: score(title, text) for title in titles}
            best = sorted(titles, key=lambda title: (-scores[title], title.lower()))
            expected = [title for title in best if scores[title] >= least]
            found = client.titles(q=text, min_score=least, sort="title")
            assert found == expected, (text, least, found, expected)
    page = client.dialogs(query="crypto", type=["group", "supergroup"], limit=1)
    assert (page["total"], page["limit"], len(page["results"])) == (2, 1, 1), page
    found = page["results"][0]
    assert found["type"] == "supergroup" and found["message_count"] == 1, found
    assert found["created_date"].endswith("+00:00"), found


def score(title, text):
    title, text = title.lower(), text.lower()
    if text in title:
        return 0.8 + 0.2 * len(text) / len(title)
    return difflib.SequenceMatcher(None, title, text).ratio()


def folders_are_listed(_, client):
    folders = client.ask("GET", "/folders").json()
    assert folders == [{"id": 0, "title": "All Chats", "is_default": True}], folders


def settings_are_changed(_, client):
    before = client.ask("GET", "/settings").json()
    change = {"download_media": False, "max_media_size_mb": 50}
    after = client.ask("PATCH", "/settings", json=change).json()
    assert after == {**before, "download_media": False, "max_media_size_mb": 50.0}, after
    assert client.ask("GET", "/settings").json() == after
    assert isinstance(client.ask("PATCH", "/settings", 422, json={}).json()["detail"], str)


def an_account_is_logged_in_by_a_code(sandbox, client):
    """A script that shows the code, asks again and again, and hands the password over."""
    new = Client(sandbox.url, "bobs")
    new.ask("GET", "/settings", 401)
    for password, status in [("wrong", "error"), ("bob-password", "success")]:
        started = new.ask("POST", "/auth/qr", json={"username": "bobs"}).json()
        token = started["token"]
        assert len(token) == 32 and started["qr_url"].startswith("tg://login?token="), started
        pending = new.ask("GET", f"/auth/qr/{token}").json()
        assert (pending["status"], pending["qr_url"]) == ("pending", started["qr_url"]), pending
        sandbox.dc("/scan", account="bob", token=started["qr_url"])
        told, _ = new.poll(token)
        assert (told["status"], told["qr_url"]) == ("password_required", None), told
        told = new.ask("POST", f"/auth/qr/{token}/2fa", json={"password": password}).json()
        if told["status"] == "password_required":
            told, _ = new.poll(token)
        else:
            new.ask("GET", f"/auth/qr/{token}", 404)
        assert told["status"] == status and bool(told["error"]) == (status == "error"), told
    new.ask("GET", "/search/dialogs")
    taken = new.ask("POST", "/auth/qr", 409, json={"username": "bobs"}).json()
    assert "force" in taken["detail"], taken
    forced = new.ask("POST", "/auth/qr", json={"username": "bobs", "force": True}).json()
    new.ask("DELETE", f"/auth/qr/{forced['token']}")
    new.ask("GET", f"/auth/qr/{forced['token']}", 404)
    new.ask("GET", "/search/dialogs")


def histories_come_as_events_oldest_first(sandbox, client):
    """Chunks of one size over what is stored and what is not, and no message twice."""
    first = 1_700_000_000
    group = {"creator": "alice", "kind": "supergroup", "date": first - 60}
    chat = sandbox.dc("/chat", title="Архив", **group)["chat"]
    past = {"accounts": ["alice"], "count": 1000, "first_date": first, "step": 60}
    sandbox.dc("/history", chat=chat, **past)

    def texts(begin, end, **query):
        bounds = {"start_date": stamp(first + begin), "end_date": stamp(first + end)}
        chunks = client.history(chat, **bounds, **query)
        size = query.get("chunk_size", 100)
        assert all(len(chunk) == size for chunk in chunks[:-1]), [len(chunk) for chunk in chunks]
        messages = [message for chunk in chunks for message in chunk]
        ids = [message["message_id"] for message in messages]
        assert ids == sorted(set(ids)), "in order, each once"
        return len(messages)

    assert texts(60 * 200, 60 * 300) == 100
    assert texts(60 * 500, 60 * 600) == 100
    assert texts(60 * 250, 60 * 550, chunk_size=7) == 300
    assert texts(0, 60 * 1000, chunk_size=300) == 1000
    assert texts(0, 60 * 1000, force_refresh="true") == 1000
    assert client.history(chat, start_date="2013-01-01", end_date="2014-01-01") == []
    refused = {"start_date": "2024-01-02", "end_date": "2024-01-01"}
    client.ask("GET", f"/history/{chat}", 400, params=refused)
    client.ask("GET", f"/history/{chat}", 422, params={"chunk_size": 0})
    client.ask("GET", "/history/777", 404)


def stamp(unix):
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(unix))


def messages_are_searched(sandbox, client):
    """In one chat and in all; the names of the two dates mean the opposite."""
    for text in ["the invoice of May", "another invoice", "nothing"]:
        sandbox.dc("/send", **{"from": "bob", "to": "alice", "text": text})
    bob = client.dialogs(q="Bob", match="exact")["results"][0]["id"]

    def found(path, **query):
        page = client.ask("GET", path, params=query).json()
        assert page["total"] == len(page["results"]), page
        return page["results"]

    here = until(lambda: found(f"/search/messages/{bob}", q="invoice"), "the messages are there")
    assert [item["message"] for item in here] == ["another invoice", "the invoice of May"], here
    assert here[0]["sender_id"] == bob and here[0]["dialog_id"] == bob, here[0]
    everywhere = found("/search/messages", query="invoice", limit=1)
    assert [item["message_id"] for item in everywhere] == [here[0]["message_id"]], everywhere
    assert found("/search/messages", q="invoice", start_date="2020-01-01") == []
    client.ask("GET", "/search/messages", 422)
    inverted = {"q": "a", "start_date": "2024-01-01", "end_date": "2024-01-02"}
    client.ask("GET", "/search/messages", 400, params=inverted)


def files_of_a_history_are_given_out(sandbox, client):
    """Whole, in ranges, and by what is told of them."""
    file = {"name": "notes.txt", "size": 70_000, "mime": "text/plain"}
    sandbox.dc("/send", **{"from": "bob", "to": "alice", "text": "a file", "file": file})
    bob = client.dialogs(q="Bob", match="exact")["results"][0]["id"]
    (message,) = [m for chunk in client.history(bob) for m in chunk if m["media_uuid"]]
    assert message["media_size"] == 70_000, message
    path = f"/files/{message['media_uuid']}"
    whole = client.ask("GET", path)
    assert whole.content == bytes(n % 251 for n in range(70_000))
    assert whole.headers["Accept-Ranges"] == "bytes" and "notes.txt" in whole.headers["Content-Disposition"]
    part = client.ask("GET", path, 206, headers={"Range": "bytes=100-199"})
    assert part.content == whole.content[100:200], part.headers
    same = {"If-None-Match": whole.headers["ETag"]}
    client.ask("GET", path, 304, headers=same)
    told = client.ask("GET", path, params={"metadata_only": "true"}).json()
    assert told["size"] == 70_000 and told["original_filename"] == "notes.txt", told
    client.ask("GET", "/files/00000000-0000-4000-8000-000000000000", 404)


def what_is_wrong_is_told(sandbox, client):
    refused = client.ask("GET", "/search/dialogs", 400, params={"created_after": "soon"})
    assert "created_after" in refused.json()["detail"], refused.text
    refused = client.ask("GET", "/search/dialogs", 422, params={"limit": 0}).json()
    assert refused["detail"][0]["loc"] == ["query", "limit"], refused
    Client(sandbox.url, "nobody").ask("GET", "/settings", 401)


CASES = [
    the_hub_is_healthy,
    chats_are_found_by_similar_titles,
    folders_are_listed,
    settings_are_changed,
    an_account_is_logged_in_by_a_code,
    histories_come_as_events_oldest_first,
    messages_are_searched,
    files_of_a_history_are_given_out,
    what_is_wrong_is_told,
]


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    failed = 0
    for case in CASES:
        title = case.__name__.replace("_", " ")
        with Sandbox(*sys.argv[1:]) as sandbox:
            try:
                sandbox.start_hub({**sandbox.settings(), **UNLIMITED})
                sandbox.log_in("alice", ALICE)
                case(sandbox, Client(sandbox.url, "alice"))
                print(f"ok   {title}", flush=True)
            except Exception:
                failed += 1
                print(f"FAIL {title}\n{traceback.format_exc()}", flush=True)
                for program in ("dc", "hub"):
                    print(sandbox.log(program), file=sys.stderr)
    print(f"{len(CASES) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
