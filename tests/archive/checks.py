#!/usr/bin/env python3
"""The archive's door as a Python client of the original uses it: checks.py HUB LOCAL_DC."""

import difflib
import sys
import traceback

import requests
from sandbox import API_KEY, UNLIMITED, Sandbox

ALICE = "+15550000001"


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
                settings = {"HUB_DOORS": "hub,archive", **UNLIMITED}
                sandbox.start_hub({**sandbox.settings(), **settings})
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
