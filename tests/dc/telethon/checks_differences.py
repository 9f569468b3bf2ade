"""Checks of differences, faults, loads and the ledger, with chats of all kinds."""

from checks_chats import new_channel, trio
from harness import Checks, Heard, refused, until, without
from telethon import events, functions, types

checks = Checks()


async def missed(client, channel, pts, **options):
    empty = types.ChannelMessagesFilterEmpty()
    options.setdefault("limit", 100)
    return await client(
        functions.updates.GetChannelDifferenceRequest(channel, empty, pts, **options)
    )


# It is further behind than the limit it asks with.
@checks
@without("too_long_beyond_limit")
async def a_channel_difference_comes_in_slices(dc):
    (a, b, _), peers = await trio(dc)
    channel = await new_channel(a, peers, broadcast=True)
    theirs = (await b.get_dialogs())[0]
    pts = theirs.dialog.pts
    me = (await a.get_me()).username
    status, sent = await dc.post(
        "/send", **{"from": me}, to=-(10**12) - channel.id, text="m{n}", count=250
    )
    assert status == 200 and sent["messages"][0]["sender"] == 2
    seen, slices = [], 0
    while True:
        answer = await missed(b, theirs.entity, pts)
        seen += [m.message for m in answer.new_messages]
        slices, pts = slices + 1, answer.pts
        if answer.final:
            break
    assert slices == 3 and seen == [f"m{n}" for n in range(1, 251)]
    empty = await missed(b, theirs.entity, pts)
    assert type(empty).__name__ == "ChannelDifferenceEmpty" and empty.final
    await refused(missed(b, theirs.entity, pts + 1), "PersistentTimestampInvalidError")
    await refused(missed(b, theirs.entity, 0), "PersistentTimestampEmptyError")


# It asks for the edit of a message that is new as well.
@checks
@without("differences_omit")
async def a_channel_difference_tells_edits_and_deletions(dc):
    (a, b, _), peers = await trio(dc)
    group = await new_channel(a, peers, megagroup=True)
    theirs = (await b.get_dialogs())[0]
    sent = [await a.send_message(group, f"m{n}") for n in range(3)]
    await sent[0].edit("changed")
    await a.delete_messages(group, [sent[1].id])
    answer = await missed(b, theirs.entity, theirs.dialog.pts)
    assert [m.message for m in answer.new_messages] == ["changed", "m2"]
    assert [(type(u).__name__, u.pts, u.pts_count) for u in answer.other_updates] == [
        ("UpdateEditChannelMessage", theirs.dialog.pts + 4, 1),
        ("UpdateDeleteChannelMessages", theirs.dialog.pts + 5, 1),
    ]
    assert answer.pts == theirs.dialog.pts + 5
    assert not answer.chats[0].min and not answer.users[0].min


@checks
async def differences_are_too_long_when_they_are_told_to_be(dc):
    (a, b, _), peers = await trio(dc)
    group = await new_channel(a, peers, megagroup=True)
    theirs = (await b.get_dialogs())[0]
    name = (await b.get_me()).username
    state = await b(functions.updates.GetStateRequest())
    b_peer = peers[0]
    for n in range(30):
        await a.send_message(group, f"m{n}")
    await a.send_message(b_peer, "private")
    await dc.post("/fault", difference=name, kind="too_long")
    await dc.post("/fault", difference=-(10**12) - group.id, account=name, kind="too_long")
    ask = functions.updates.GetDifferenceRequest(state.pts, state.date, 0)
    long = await b(ask)
    assert (type(long).__name__, long.pts) == ("DifferenceTooLong", state.pts + 1)
    assert (await b(ask)).new_messages[0].message == "private"
    long = await missed(b, theirs.entity, theirs.dialog.pts)
    assert type(long).__name__ == "ChannelDifferenceTooLong"
    assert [m.message for m in long.messages] == [f"m{n}" for n in range(29, 9, -1)]
    assert long.dialog.pts == theirs.dialog.pts + 30
    assert long.dialog.top_message == long.messages[0].id
    assert len((await missed(b, theirs.entity, theirs.dialog.pts)).new_messages) == 30
    history = await b.get_messages(theirs.entity, limit=100)
    assert [m.raw_text for m in history if m.message] == [f"m{n}" for n in range(29, -1, -1)]


@checks
async def telethon_itself_catches_up_in_channels(dc):
    (a, b, _), peers = await trio(dc)
    group = await new_channel(a, peers, megagroup=True)
    heard = Heard(b, events.NewMessage())
    await b.get_dialogs()
    await a.send_message(group, "first")
    assert (await heard.next()).raw_text == "first"
    await b.disconnect()
    for n in range(5):
        await a.send_message(group, f"missed {n}")
    await b.connect()
    await b.catch_up()
    assert [(await heard.next()).raw_text for _ in range(5)] == [f"missed {n}" for n in range(5)]


@checks
async def lost_and_shuffled_pushes_are_made_whole(dc):
    (a, b, _), peers = await trio(dc)
    group = await new_channel(a, peers, megagroup=True)
    heard = Heard(b, events.NewMessage())
    await b.get_dialogs()
    await a.send_message(group, "first")
    await heard.next()
    name = (await b.get_me()).username
    await dc.post("/fault", pushes=name, kind="lose", count=3)
    for n in range(5):
        await a.send_message(group, f"m{n}")
    assert {(await heard.next()).raw_text for _ in range(5)} == {f"m{n}" for n in range(5)}
    await dc.post("/fault", pushes="*", kind="shuffle", seed=3, repeat=0.3, reorder=0.3)
    for n in range(20):
        await a.send_message(group, f"s{n}")
    await dc.post("/fault", pushes="*", kind="calm")
    await a.send_message(group, "last")
    texts = [(await heard.next()).raw_text for _ in range(21)]
    assert sorted(texts) == sorted([f"s{n}" for n in range(20)] + ["last"])


@checks
async def the_ledger_names_chats_and_audiences(dc):
    (a, b, _), peers = await trio(dc)
    _, before = await dc.get("/ledger?limit=0")
    channel = await new_channel(a, [peers[0]], broadcast=True)
    await a.send_message(channel, "before")
    await a(functions.channels.InviteToChannelRequest(channel, [peers[1]]))
    sent = await a.send_message(channel, "after")
    await sent.delete()
    _, page = await dc.get(f"/ledger?from={before['total']}")
    created, first, second = page["messages"]
    assert (created["service"], first["kind"]) == ("created", "broadcast")
    assert page["next"] == page["total"]
    assert first["chat"] == [-(10**12) - channel.id] and first["accounts"] == []
    audiences = [set(page["audiences"][str(m["audience"])]) for m in (first, second)]
    assert audiences[1] - audiences[0] == {peers[1].user_id}
    assert second["deleted_at"] > second["sent_at"] > 10**15 and first["deleted_at"] is None


@checks
async def a_load_posts_edits_and_deletes(dc):
    (a, b, _), peers = await trio(dc)
    names = [(await client.get_me()).username for client in (a, b)]
    group = await new_channel(a, peers, megagroup=True)
    status, report = await dc.post(
        "/load",
        accounts=names,
        chats=[str(-(10**12) - group.id), names[1]],
        rate=2000,
        count=300,
        seed=5,
        edits=0.2,
        deletions=0.1,
    )
    assert status == 200, report

    async def ended():
        _, loads = await dc.get("/load")
        return loads[-1] if not loads[-1]["running"] else None

    await until(ended)
    done = await ended()
    assert done["sent"] == 300 and done["edited"] > 20 and done["deleted"] > 10
    _, page = await dc.get(f"/ledger?from={report['first']}")
    texts = [m["text"] for m in page["messages"] if m["text"].startswith("load 5 ")]
    assert len(texts) == 300
    assert sum(m["deleted_at"] is not None for m in page["messages"]) == done["deleted"]
    status, refusal = await dc.post("/load", accounts=[names[0]], chats=["@nobody_at_all"])
    assert status == 400 and refusal["error"]


@checks
async def a_wrong_clock_is_followed(dc):
    for seconds in (3600, -3600):
        await dc.post("/fault", kind="skew", seconds=seconds)
        try:
            client = await dc.log_in()
            sent = await client.send_message("me", "when")
            history = await client.get_messages("me")
            assert history[0].date == sent.date
        finally:
            await dc.post("/fault", kind="clear")
            await dc.post("/fault", kind="skew", seconds=0)


@checks
async def a_moved_account_is_sent_on(dc):
    a, b_peer, *_ = await dc.pair()
    name = (await a.get_me()).username
    status, _ = await dc.post("/fault", link=name, kind="migrate", dc=4)
    assert status == 200
    moved = await refused(a._sender.send(functions.updates.GetStateRequest()), "UserMigrateError")
    assert moved.new_dc == 4
    await a.disconnect()
    await a.connect()
    assert (await a(functions.help.GetConfigRequest())).this_dc == 4
    await a.send_message(b_peer, "from there")
