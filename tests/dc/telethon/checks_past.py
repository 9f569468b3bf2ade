"""Checks of long histories that were there before: by date, by number, by sender, and counted."""

import datetime
import time

from checks_chats import trio
from harness import Checks, refused
from telethon import functions, types

checks = Checks()

FIRST, STEP = 1_500_000_000, 900


def at(n):
    """When message n was sent, from 1."""
    return datetime.datetime.fromtimestamp(FIRST + (n - 1) * STEP, datetime.timezone.utc)


async def long_chat(dc, count, kind="supergroup", **options):
    """A chat of three with so many messages, as the first of them sees it."""
    clients, _ = await trio(dc)
    names = [(await client.get_me()).username for client in clients]
    _, made = await dc.post(
        "/chat", kind=kind, creator=names[0], title="long", members=names[1:], date=FIRST - STEP
    )
    past = {"count": count, "first_date": FIRST, "step": STEP, **options}
    past.setdefault("accounts", names)
    begun = time.monotonic()
    status, answer = await dc.post("/history", chat=made["chat"], **past)
    took = time.monotonic() - begun
    assert (status, answer.get("count")) == (200, count), answer
    [dialog] = [d for d in await clients[0].get_dialogs() if d.name == "long"]
    return clients, dialog, took


@checks
async def a_hundred_thousand_messages_are_made_and_read_at_any_date(dc):
    (a, b, c), dialog, took = await long_chat(dc, 100_000, texts=["word {n}", "other {n}"])
    assert took < 10, took
    chat = dialog.input_entity
    assert dialog.date == at(100_000) and dialog.unread_count == 0
    total = (await a.get_messages(chat, limit=0)).total
    # The service messages of the chat itself are older.
    assert total == 100_002
    top = dialog.message.id
    for n in (1, 100, 4_711, 50_000, 99_999):
        begun = time.monotonic()
        [older] = await a.get_messages(chat, limit=1, offset_date=at(n + 1))
        assert (older.date, older.id) == (at(n), top - 100_000 + n)
        [same] = await a.get_messages(chat, limit=1, offset_id=older.id + 1)
        assert same.id == older.id and str(n) in same.raw_text
        assert time.monotonic() - begun < 1
    history = functions.messages.GetHistoryRequest
    around = await a(history(chat, top - 500, None, -3, 6, 0, 0, 0))
    assert [m.id for m in around.messages] == [top - 500 + n for n in (2, 1, 0, -1, -2, -3)]
    assert (around.count, len(around.users)) == (100_002, 3)
    pages = [m.id async for m in a.iter_messages(chat, limit=350, offset_id=top - 1000)]
    assert pages == list(range(top - 1001, top - 1351, -1))
    upwards = [m async for m in a.iter_messages(chat, limit=150, reverse=True, offset_date=at(500))]
    assert [m.date for m in upwards] == [at(n) for n in range(500, 650)]
    assert len((await a(history(chat, 0, None, 0, 1000, 0, 0, 0))).messages) == 100


@checks
async def a_long_history_is_searched_by_word_and_sender(dc):
    (a, b, c), dialog, _ = await long_chat(dc, 3_000, texts=["red {n}", "green {n}", "blue {n}"])
    found = await a.get_messages(dialog, search="green", limit=0)
    assert found.total == 1_000
    [one] = await a.get_messages(dialog, search="green 1502", limit=5)
    assert one.date == at(1502)
    by_b = await a.get_messages(dialog, from_user=(await b.get_me()).username, limit=250)
    assert by_b.total == 1_000 and all(m.raw_text.startswith("green") for m in by_b)
    before = await a.get_messages(dialog, search="red", limit=0, offset_date=at(301))
    assert before.total == 100
    early = await a.get_messages(dialog, search="red", limit=3, offset_date=at(301))
    assert [m.date for m in early] == [at(n) for n in (298, 295, 292)]


@checks
async def a_private_history_has_two_sides_and_media(dc):
    a, b_peer, b, a_peer = await dc.pair()
    [me, other] = [(await client.get_me()).username for client in (a, b)]
    media = [{"kind": "photo"}, {"kind": "voice"}, {"kind": "geo", "latitude": 1.5}]
    past = {"accounts": [me, other], "count": 100, "first_date": FIRST, "step": STEP, "unread": 10}
    status, answer = await dc.post("/history", chat=other, media=media, media_every=10, **past)
    assert status == 200, answer
    mine = await a.get_messages(b_peer, limit=200)
    theirs = await b.get_messages(a_peer, limit=200)
    assert len(mine) == len(theirs) == 100
    assert [m.out for m in mine] == [not m.out for m in theirs]
    # Every second message, so every tenth too, is the other's.
    shown = [type(m.media).__name__ for m in reversed(mine) if m.media]
    assert shown == ["MessageMediaPhoto", "MessageMediaDocument", "MessageMediaGeo"] * 3 + shown[:1]
    photos = await a.get_messages(b_peer, filter=types.InputMessagesFilterPhotos, limit=9)
    assert len({m.photo.id for m in photos}) == photos.total == 4
    assert len(await photos[0].download_media(bytes)) == photos[0].file.size
    [dialog] = await a.get_dialogs()
    assert dialog.unread_count == 5
    status, answer = await dc.post("/history", chat=other, **{**past, "first_date": FIRST})
    assert status == 400 and "before what is in the chat" in answer["error"]
    status, answer = await dc.post("/history", chat=other, **{**past, "first_date": 2_000_000_000})
    assert status == 400 and "future" in answer["error"]
    status, _ = await dc.post("/history", chat=other, **{**past, "accounts": [me, other, "carol"]})
    assert status == 400


@checks
async def who_was_there_finds_a_history_by_asking(dc):
    (a, b, _), dialog, _ = await long_chat(dc, 50, kind="broadcast", accounts=[], unread=7)
    assert not dialog.entity.megagroup and dialog.entity.date == at(0)
    assert (await a.get_messages(dialog, limit=1))[0].post
    [theirs] = [d for d in await b.get_dialogs() if d.name == "long"]
    assert theirs.unread_count == 7
    state = await b(functions.updates.GetStateRequest())
    missed = await b(functions.updates.GetDifferenceRequest(state.pts, state.date, 0))
    assert type(missed).__name__ in ("DifferenceEmpty", "Difference")
    assert not getattr(missed, "new_messages", [])
    await dc.post("/send", **{"from": (await a.get_me()).username, "to": dialog.id}, text="now")
    [newest] = await b.get_messages(theirs.entity, limit=1)
    assert newest.raw_text == "now" and newest.id == theirs.message.id + 1
    await refused(a.get_messages(dialog, search="", limit=1, from_user="nobody_at_all"), "nobody")
