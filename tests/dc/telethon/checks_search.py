"""Checks of searching: in a chat, in all chats, by sender, date and kind, and of what is counted."""

import asyncio
import datetime

from checks_chats import new_channel, new_group, trio
from checks_files import content, named, png
from harness import Checks, refused, without
from telethon import functions, types

checks = Checks()

EMPTY = types.InputMessagesFilterEmpty


def ids(messages):
    return [m.id for m in messages]


def everywhere(q="", filter=EMPTY(), rate=0, peer=types.InputPeerEmpty(), id=0, limit=100, **only):
    return functions.messages.SearchGlobalRequest(
        q, filter, None, None, rate, peer, id, limit, **only
    )


@checks
async def words_are_found_and_not_their_parts(dc):
    a, b_peer, *_ = await dc.pair()
    sent = [(await a.send_message(b_peer, t)).id for t in ("The Telegram test", "a second TEST")]
    for text, found in (("test", sent[::-1]), ("telegram THE", sent[:1]), ("gram", []), ("tele", [])):
        assert ids(await a.get_messages(b_peer, search=text, limit=9)) == found, text
    await dc.post("/rules", search_by_words=False)
    try:
        assert ids(await a.get_messages(b_peer, search="gram", limit=9)) == sent[:1]
    finally:
        await dc.post("/rules", search_by_words=True)


@checks
async def a_sender_counts_in_groups_and_not_in_private_chats(dc):
    (a, b, _), peers = await trio(dc)
    group = await new_channel(a, peers, megagroup=True)
    theirs = (await b.get_dialogs())[0].entity
    mine = [(await a.send_message(group, f"mine {n}")).id for n in range(3)]
    other = [(await b.send_message(theirs, f"other {n}")).id for n in range(2)]
    of_b = await a.get_messages(group, from_user=peers[0], limit=9)
    assert (ids(of_b), of_b.total) == (other[::-1], 2)
    of_a = await a.get_messages(group, from_user="me", search="mine", limit=2)
    assert (ids(of_a), of_a.total) == (mine[:0:-1], 3)
    me = await b.get_input_entity((await a.get_me()).username)
    await a.send_message(peers[0], "in private")
    await b.send_message(me, "an answer in private")
    ask = functions.messages.SearchRequest
    raw = await a(ask(peers[0], "private", EMPTY(), None, None, 0, 0, 9, 0, 0, 0, from_id=peers[0]))
    assert len(raw.messages) == 2
    # Telethon sorts them out itself, as Telegram does not.
    assert len(await a.get_messages(peers[0], search="private", from_user=peers[0], limit=9)) == 1
    # Without a chat it is private chats and basic groups, and the sender counts in these.
    small = await new_group(a, peers)
    for client in (a, b):
        await client.send_message(-small.id, "a private group")
    everything = ask(
        types.InputPeerEmpty(), "private", EMPTY(), None, None, 0, 0, 9, 0, 0, 0, from_id=peers[0]
    )
    found = [m.message for m in (await a(everything)).messages]
    assert found == ["a private group", "an answer in private", "in private"]
    await refused(a(ask(types.InputPeerEmpty(), "", EMPTY(), None, None, 0, 0, 9, 0, 0, 0)), "SearchQueryEmptyError")


@checks
async def dates_bound_what_is_found(dc):
    a, b_peer, b, _ = await dc.pair()
    [me, other] = [(await client.get_me()).username for client in (a, b)]
    past = {"accounts": [me], "count": 2, "first_date": 1600000000, "step": 86400, "texts": ["a day"]}
    status, answer = await dc.post("/history", chat=other, **past)
    assert status == 200, answer
    [second, first] = await a.get_messages(b_peer, limit=2)
    hour = datetime.timedelta(hours=1)
    search = functions.messages.SearchRequest

    async def between(after, before, q="day", filter=EMPTY()):
        found = await a(search(b_peer, q, filter, after, before, 0, 0, 9, 0, 0, 0))
        return ids(found.messages)

    assert await between(first.date + hour, None) == [second.id]
    assert await between(None, second.date) == [first.id]
    assert await between(first.date, None) == [second.id]
    offset = second.date - hour
    assert ids(await a.get_messages(b_peer, search="day", limit=9, offset_date=offset)) == [first.id]
    assert ids(await a.get_messages(b_peer, limit=9, offset_date=second.date)) == [first.id]
    # A filter alone ignores the latest date; Telethon looks the number up instead.
    photos = [await a.send_file(b_peer, named(png(), f"{n}.png")) for n in range(2)]
    kind = types.InputMessagesFilterPhotos()
    assert await between(None, first.date - hour, "", kind) == ids(photos[::-1])
    assert not await a.get_messages(b_peer, filter=kind, limit=9, offset_date=second.date)


@checks
async def every_kind_has_a_filter_and_a_count(dc):
    a, b_peer, *_ = await dc.pair()
    video = types.DocumentAttributeVideo(1, 2, 2)
    round_video = types.DocumentAttributeVideo(1, 2, 2, round_message=True)
    sent = {
        "Photos": await a.send_file(b_peer, named(png(), "a.png")),
        "Video": await a.send_file(b_peer, named(content(90), "a.mp4"), attributes=[video]),
        "Gif": await a.send_file(
            b_peer, named(content(91), "b.mp4"), attributes=[video, types.DocumentAttributeAnimated()]
        ),
        "RoundVideo": await a.send_file(
            b_peer, named(content(92), "c.mp4"), attributes=[round_video]
        ),
        "Voice": await a.send_file(b_peer, named(content(93), "a.ogg"), voice_note=True),
        "Music": await a.send_file(
            b_peer, named(content(94), "a.mp3"), attributes=[types.DocumentAttributeAudio(3)]
        ),
        "Document": await a.send_file(b_peer, named(content(95), "a.bin")),
        "Url": await a.send_message(b_peer, "https://example.org"),
    }
    sent = {name: {message.id} for name, message in sent.items()}
    sent["PhotoVideo"] = sent["Photos"] | sent["Video"]
    sent["RoundVoice"] = sent["Voice"] | sent["RoundVideo"]
    await a.pin_message(b_peer, min(sent["Url"]))
    sent["Pinned"] = sent["Url"]
    for name in ("ChatPhotos", "MyMentions", "Geo", "Contacts", "Poll"):
        sent[name] = set()
    kinds = {name: getattr(types, f"InputMessagesFilter{name}")() for name in sent}
    for name, messages in sent.items():
        found = await a.get_messages(b_peer, filter=kinds[name], limit=20)
        assert (set(ids(found)), found.total) == (messages, len(messages)), name
        none = await a.get_messages(b_peer, filter=kinds[name], limit=0)
        assert (len(none), none.total) == (0, len(messages)), name
    count = functions.messages.GetSearchCountersRequest
    counters = await a(count(b_peer, list(kinds.values())))
    assert [c.count for c in counters] == [len(messages) for messages in sent.values()]
    assert not any(c.inexact for c in counters)


@checks
async def counts_are_told_without_messages(dc):
    (a, b, _), peers = await trio(dc)
    group = await new_channel(a, peers, megagroup=True)
    news = await new_channel(a, peers, broadcast=True)
    before = (await a.get_messages(group, limit=0)).total
    for chat in (group, news, peers[0]):
        for n in range(5):
            await a.send_message(chat, f"word {n}")
    assert (await a.get_messages(group, limit=0)).total == before + 5
    assert (await a.get_messages(group, limit=0, search="word")).total == 5
    assert (await a.get_messages(news, limit=0)).total == 6
    for total in (await a.get_messages(peers[0], limit=0), await a.get_messages(peers[0], limit=2)):
        assert total.total == 5
    assert (await a.get_messages(None, limit=0, search="word")).total == 15


@checks
@without("codes_are_written")
async def all_chats_are_searched_page_by_page(dc):
    (a, b, _), peers = await trio(dc)
    group = await new_channel(a, peers, megagroup=True)
    news = await new_channel(a, peers, broadcast=True)
    chats = [peers[0], group, news, peers[1]]
    for n in range(28):
        await a.send_message(chats[n % 4], f"find {n}")
    first = await a(everywhere("find", limit=10))
    assert (len(first.messages), first.count) == (10, 28)
    assert first.next_rate == int(first.messages[-1].date.timestamp())
    seen, page = [], first
    while page.messages:
        seen += [m.raw_text if hasattr(m, "raw_text") else m.message for m in page.messages]
        last = page.messages[-1]
        peer = await a.get_input_entity(last.peer_id)
        page = await a(everywhere("find", rate=page.next_rate, peer=peer, id=last.id, limit=10))
    assert sorted(seen) == sorted(f"find {n}" for n in range(28)) and page.count == 28
    kinds = [(await a(everywhere("find", **{only: True}))).messages
             for only in ("users_only", "groups_only", "broadcasts_only")]
    assert [len(messages) for messages in kinds] == [14, 7, 7]
    await a.edit_folder(group, 1)
    assert len((await a(everywhere("find", folder_id=1))).messages) == 7
    assert len((await a(everywhere("find", folder_id=0))).messages) == 21
    assert len((await a(everywhere("find"))).messages) == 28
    photo = await a.send_file(news, named(png(), "a.png"))
    found = await a(everywhere(filter=types.InputMessagesFilterPhotos()))
    assert ids(found.messages) == [photo.id]
    await refused(a(everywhere()), "SearchQueryEmptyError")
    await refused(a(everywhere("find", folder_id=2)), "FolderIdInvalidError")
    await refused(a(everywhere(filter=types.InputMessagesFilterPinned())), "InputFilterInvalidError")


@checks
async def searches_flood(dc):
    a, b_peer, *_ = await dc.pair()
    limits = {name: {"calls": 2, "seconds": 60, "wait": 1}
              for name in ("messages.search", "messages.searchGlobal")}
    before = (await dc.post("/rules"))[1]["limits"]
    await dc.post("/rules", limits=limits)
    a.flood_sleep_threshold = 0
    try:
        for ask in (
            lambda: a.get_messages(b_peer, search="x", limit=0),
            lambda: a(everywhere("x")),
        ):
            await asyncio.gather(ask(), ask())
            await refused(ask(), "FloodWaitError")
    finally:
        await dc.post("/rules", limits={name: before[name] for name in limits})
