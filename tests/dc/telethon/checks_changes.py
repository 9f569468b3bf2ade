"""Checks of what is done to messages: forwarding, searching, pinning, reacting, scheduling."""

import datetime

from checks_chats import new_channel, new_group, trio
from checks_files import content, named, png
from harness import Checks, Heard, refused
from telethon import events, functions, types

checks = Checks()


def texts(messages):
    return [m.raw_text for m in messages]


@checks
async def an_edit_changes_the_formatting_too(dc):
    a, b_peer, b, a_peer = await dc.pair()
    sent = await a.send_message(b_peer, "plain")
    heard = Heard(b, events.MessageEdited())
    await a.edit_message(b_peer, sent.id, "**plain**")
    assert type((await heard.next()).message.entities[0]).__name__ == "MessageEntityBold"
    await refused(a.edit_message(b_peer, sent.id, "**plain**"), "MessageNotModifiedError")
    edit = functions.messages.EditMessageRequest
    await refused(a(edit(b_peer, sent.id, message="x" * 4097)), "MessageTooLongError")
    await refused(a(edit(b_peer, sent.id, message=" ")), "MessageEmptyError")
    await refused(a(edit(b_peer, 999, message="x")), "MessageIdInvalidError")


@checks
async def messages_are_forwarded_with_their_author(dc):
    (a, b, c), peers = await trio(dc)
    me = (await a.get_me()).id
    ids = [(await a.send_message(peers[0], f"m{n}")).id for n in range(3)]
    group = await new_group(a, peers)
    heard = Heard(c, events.NewMessage(chats=-group.id))
    sent = await a.forward_messages(group, [ids[2], 999, ids[0]], peers[0])
    assert [m and m.raw_text for m in sent] == ["m2", None, "m0"]
    got = [await heard.next() for _ in range(2)]
    assert texts(got) == ["m2", "m0"]
    assert [e.message.fwd_from.from_id.user_id for e in got] == [me, me]
    bare = await a.forward_messages(group, ids[1], peers[0], drop_author=True, silent=True)
    assert (bare.raw_text, bare.fwd_from, bare.silent) == ("m1", None, True)
    await refused(a.forward_messages(group, 999, peers[0]), "MessageIdInvalidError")
    request = functions.messages.ForwardMessagesRequest(peers[0], ids, group, random_id=[1])
    await refused(a(request), "RandomIdInvalidError")


@checks
async def a_post_is_forwarded_from_its_channel(dc):
    (a, b, _), peers = await trio(dc)
    channel = await new_channel(a, peers, broadcast=True)
    post = await a.send_message(channel, "news")
    theirs = (await b.get_dialogs())[0].entity
    saved = await b.forward_messages("me", post.id, theirs)
    header = saved.fwd_from
    assert (header.from_id.channel_id, header.channel_post) == (channel.id, post.id)
    assert (header.saved_from_peer.channel_id, header.saved_from_msg_id) == (channel.id, post.id)
    again = await b.forward_messages("me", saved.id, "me")
    assert again.fwd_from.channel_post == post.id
    state = await b(functions.updates.GetStateRequest())
    missed = await b(functions.updates.GetDifferenceRequest(state.pts - 1, state.date, 0))
    assert missed.new_messages[0].fwd_from.channel_post == post.id


@checks
async def a_chat_is_searched(dc):
    (a, b, _), peers = await trio(dc)
    group = await new_channel(a, peers, megagroup=True)
    theirs = (await b.get_dialogs())[0].entity
    for n in range(120):
        await dc.post(
            "/send",
            **{"from": (await a.get_me()).username, "to": -(10**12) - group.id},
            text=f"Needle {n}" if n % 2 else f"hay {n}",
        )
    await b.send_message(theirs, "one needle https://example.org")
    found = await a.get_messages(group, search="needle", limit=100)
    assert found.total == 61 and len(found) == 61
    newest = await a.get_messages(group, search="NEEDLE", limit=2, offset_id=found[0].id)
    assert (texts(newest), newest.total) == (["Needle 119", "Needle 117"], 61)
    of_b = await a.get_messages(group, search="needle", from_user=peers[0], limit=5)
    assert (len(of_b), of_b.total) == (1, 1)
    links = await a.get_messages(group, filter=types.InputMessagesFilterUrl, limit=5)
    assert texts(links) == ["one needle https://example.org"]
    none = await a.get_messages(group, filter=types.InputMessagesFilterVoice, limit=5)
    assert (len(none), none.total) == (0, 0)
    long_ago = datetime.datetime(2000, 1, 1)
    search = functions.messages.SearchRequest
    empty = types.InputMessagesFilterEmpty()
    before = await a(search(group, "needle", empty, None, long_ago, 0, 0, 10, 0, 0, 0))
    assert before.count == 0
    page = await a(search(group, "needle", empty, None, None, found[9].id, -5, 10, 0, 0, 0))
    assert [m.id for m in page.messages] == [m.id for m in found[5:15]]
    everywhere = await b.get_messages(None, search="needle", limit=10)
    assert len(everywhere) == 10 and everywhere.total == 61


@checks
async def history_is_cut_by_date_and_ids(dc):
    a, b_peer, *_ = await dc.pair()
    ids = [(await a.send_message(b_peer, f"m{n}")).id for n in range(10)]
    history = functions.messages.GetHistoryRequest
    around = await a(history(b_peer, ids[5], None, -2, 4, 0, 0, 0))
    assert texts(around.messages) == ["m6", "m5", "m4", "m3"]
    ahead = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
    newest = await a(history(b_peer, 0, ahead, 0, 1, 0, 0, 0))
    assert texts(newest.messages) == ["m9"]
    between = await a(history(b_peer, 0, None, 0, 100, ids[4], ids[1], 0))
    assert texts(between.messages) == ["m3", "m2"]
    missing = await a(functions.messages.GetMessagesRequest([types.InputMessageID(999)]))
    assert type(missing.messages[0]).__name__ == "MessageEmpty"


@checks
async def a_message_is_pinned_for_both_sides(dc):
    a, b_peer, b, a_peer = await dc.pair()
    await b.send_message("me", "shifts the ids")
    sent = await a.send_message(b_peer, "important")
    pinned = Heard(b, events.Raw(types.UpdatePinnedMessages))
    actions = Heard(b, events.ChatAction())
    told = await a.pin_message(b_peer, sent.id, notify=True)
    assert type(told.action).__name__ == "MessageActionPinMessage"
    assert told.reply_to_msg_id == sent.id and not told.silent
    update = await pinned.next()
    assert (update.messages, update.pinned, update.pts_count) == ([2], True, 1)
    assert (await actions.next()).new_pin
    assert await a.pin_message(b_peer, sent.id) is None
    assert (await b.get_messages(a_peer, ids=[2]))[0].pinned
    [found] = await b.get_messages(a_peer, filter=types.InputMessagesFilterPinned, limit=5)
    assert found.raw_text == "important"
    state = await b(functions.updates.GetStateRequest())
    missed = await b(functions.updates.GetDifferenceRequest(update.pts - 1, state.date, 0))
    assert type(missed.other_updates[0]).__name__ == "UpdatePinnedMessages"
    await a.unpin_message(b_peer, sent.id)
    assert not (await pinned.next()).pinned
    own = functions.messages.UpdatePinnedMessageRequest(b_peer, sent.id, pm_oneside=True)
    answer = await a(own)
    assert [type(u).__name__ for u in answer.updates] == ["UpdatePinnedMessages"]
    assert not await b.get_messages(a_peer, filter=types.InputMessagesFilterPinned, limit=5)
    await refused(a.pin_message(b_peer, 999), "MessageIdInvalidError")


@checks
async def pins_of_a_channel_are_its_creators(dc):
    (a, b, _), peers = await trio(dc)
    channel = await new_channel(a, peers, broadcast=True)
    theirs = (await b.get_dialogs())[0].entity
    ids = [(await a.send_message(channel, f"m{n}")).id for n in range(3)]
    await refused(b.pin_message(theirs, ids[0]), "ChatAdminRequiredError")
    pinned = Heard(b, events.Raw(types.UpdatePinnedChannelMessages))
    for message in ids:
        await a.pin_message(channel, message)
    assert [(await pinned.next()).messages for _ in ids] == [[n] for n in ids]
    newest = await b.get_messages(theirs, ids=types.InputMessagePinned())
    assert newest.id == ids[2]
    pts = (await b.get_dialogs())[0].dialog.pts
    affected = await a(functions.messages.UnpinAllMessagesRequest(channel))
    assert (affected.pts, affected.pts_count) == (pts + 3, 3)
    assert not (await pinned.next()).pinned
    state = functions.updates.GetChannelDifferenceRequest(
        theirs, types.ChannelMessagesFilterEmpty(), pts, 100
    )
    [update] = (await b(state)).other_updates
    assert (update.messages, update.pinned) == (ids, False)


@checks
async def reactions_are_counted_and_heard(dc):
    (a, b, c), peers = await trio(dc)
    group = await new_channel(a, peers, megagroup=True)
    sent = await a.send_message(group, "like this")
    theirs = (await b.get_dialogs())[0].entity
    of_c = (await c.get_dialogs())[0].entity

    def react(peer, *emoji):
        emoji = [types.ReactionEmoji(one) for one in emoji]
        return functions.messages.SendReactionRequest(peer, sent.id, reaction=emoji)

    heard = Heard(a, events.Raw(types.UpdateMessageReactions))
    answer = await b(react(theirs, "❤️"))
    [own] = answer.updates
    assert (own.reactions.results[0].chosen_order, own.reactions.results[0].count) == (0, 1)
    update = await heard.next()
    assert (update.msg_id, update.reactions.results[0].chosen_order) == (sent.id, None)
    await c(react(of_c, "❤"))
    await b(react(theirs, "👍"))
    [message] = await a.get_messages(group, ids=[sent.id])
    counts = [(r.reaction.emoticon, r.count) for r in message.reactions.results]
    assert counts == [("❤", 1), ("👍", 1)]
    await refused(b(react(theirs, "👍")), "MessageNotModifiedError")
    await refused(b(react(theirs, "🦷")), "ReactionInvalidError")
    await b(react(theirs))
    got = await a(functions.messages.GetMessagesReactionsRequest(group, [sent.id]))
    assert [r.count for r in got.updates[0].reactions.results] == [1]
    await c(react(of_c))
    assert (await a.get_messages(group, ids=sent.id)).reactions is None


@checks
async def a_reaction_is_heard_in_a_private_chat(dc):
    a, b_peer, b, a_peer = await dc.pair()
    await b.send_message("me", "shifts the ids")
    sent = await a.send_message(b_peer, "hello")
    heard = Heard(a, events.Raw(types.UpdateMessageReactions))
    fire = [types.ReactionEmoji("🔥")]
    await b(functions.messages.SendReactionRequest(a_peer, 2, reaction=fire))
    update = await heard.next()
    assert (update.msg_id, update.peer.user_id) == (sent.id, b_peer.user_id)
    assert update.reactions.recent_reactions[0].peer_id.user_id == b_peer.user_id


@checks
async def a_scheduled_message_waits_and_is_sent(dc):
    a, b_peer, b, a_peer = await dc.pair()
    second = await dc.log_in("+" + (await a.get_me()).phone)
    soon = datetime.timedelta(seconds=12)
    now = datetime.datetime.now(datetime.timezone.utc)
    waits = Heard(second, events.Raw(types.UpdateNewScheduledMessage))
    gone = Heard(a, events.Raw(types.UpdateDeleteScheduledMessages))
    heard = Heard(b, events.NewMessage())
    scheduled = await a.send_message(b_peer, "later", schedule=now + soon)
    assert (await waits.next()).message.message == "later"
    listed = await a.get_messages(b_peer, scheduled=True)
    assert [(m.id, m.raw_text) for m in listed] == [(scheduled.id, "later")]
    assert heard.empty()
    event = await heard.next(20)
    assert event.raw_text == "later"
    update = await gone.next()
    assert update.messages == [scheduled.id]
    [sent] = await a.get_messages(b_peer, ids=update.sent_messages)
    assert sent.from_scheduled and sent.raw_text == "later"


@checks
async def scheduled_messages_are_called_off_and_sent_early(dc):
    a, b_peer, b, a_peer = await dc.pair()
    now = datetime.datetime.now(datetime.timezone.utc)
    day = datetime.timedelta(days=1)
    first, second, third = [
        await a.send_message(b_peer, f"s{n}", schedule=now + day * n) for n in (1, 2, 3)
    ]
    listed = await a(functions.messages.GetScheduledHistoryRequest(b_peer, 0))
    assert texts(listed.messages) == ["s3", "s2", "s1"]
    await a(functions.messages.DeleteScheduledMessagesRequest(b_peer, [second.id]))
    heard = Heard(b, events.NewMessage())
    await a(functions.messages.SendScheduledMessagesRequest(b_peer, [third.id]))
    assert (await heard.next()).raw_text == "s3"
    got = await a(functions.messages.GetScheduledMessagesRequest(b_peer, [1, 2, 3]))
    assert texts(got.messages) == ["s1"]
    await a.edit_message(b_peer, first.id, "s4", schedule=now + day * 4)
    got = await a(functions.messages.GetScheduledMessagesRequest(b_peer, [first.id]))
    assert texts(got.messages) == ["s4"]
    late = a.send_message(b_peer, "too late", schedule=now + day * 366)
    await refused(late, "ScheduleDateTooLateError")
    at_once = await a.send_message(b_peer, "at once", schedule=now)
    assert (await heard.next()).raw_text == "at once" and at_once.id
    for n in range(99):
        await a.send_message(b_peer, f"m{n}", schedule=now + day)
    too_many = a.send_message(b_peer, "too many", schedule=now + day)
    await refused(too_many, "ScheduleTooMuchError")


@checks
async def mentions_are_counted_until_read(dc):
    (a, b, _), peers = await trio(dc)
    group = await new_channel(a, peers, megagroup=True)
    theirs = (await b.get_dialogs())[0].entity
    heard = Heard(b, events.NewMessage())
    mine = await b.send_message(theirs, "a question")
    await a.send_message(group, "an answer", reply_to=mine.id)
    await a.send_message(group, f"hello @{(await b.get_me()).username}!")
    await a.send_message(group, "hello all")
    incoming = [await heard.next() for _ in range(3)]
    assert [e.mentioned for e in incoming] == [True, True, False]
    dialog = (await b.get_dialogs())[0]
    assert (dialog.unread_mentions_count, dialog.unread_count) == (2, 4)
    await b.send_read_acknowledge(theirs)
    assert (await b.get_dialogs())[0].unread_mentions_count == 0


@checks
async def files_are_forwarded_searched_and_scheduled(dc):
    (a, b, _), peers = await trio(dc)
    group = await new_channel(a, peers, megagroup=True)
    data = content(2000)
    await a.send_file(group, named(data, "data.bin"), caption="a needle")
    album = await a.send_file(group, [named(png(shade=n), f"{n}.png") for n in (1, 2)])

    async def found(kind, **options):
        messages = await a.get_messages(group, filter=kind, limit=10, **options)
        return [type(m.media).__name__ for m in messages]

    assert await found(types.InputMessagesFilterDocument) == ["MessageMediaDocument"]
    assert await found(types.InputMessagesFilterPhotoVideo) == ["MessageMediaPhoto"] * 2
    assert await found(types.InputMessagesFilterPhotos, search="needle") == []
    assert await found(types.InputMessagesFilterDocument, search="NEEDLE")
    sent = await a.forward_messages(peers[0], album)
    assert len({m.grouped_id for m in sent}) == 1 and sent[0].grouped_id
    assert sent[0].grouped_id != album[0].grouped_id
    later = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
    waits = await a.send_file(peers[0], named(data, "later.bin"), caption="later", schedule=later)
    await a.edit_message(peers[0], waits.id, "much later", schedule=later)
    [listed] = await a.get_messages(peers[0], scheduled=True)
    assert (listed.raw_text, listed.file.name) == ("much later", "later.bin")
    heard = Heard(b, events.NewMessage())
    await a(functions.messages.SendScheduledMessagesRequest(peers[0], [waits.id]))
    event = await heard.next()
    assert event.raw_text == "much later" and await event.message.download_media(bytes) == data


@checks
async def who_is_blocked_is_refused(dc):
    a, b_peer, b, a_peer = await dc.pair()
    await b(functions.contacts.BlockRequest(a_peer))
    await refused(a.send_message(b_peer, "hi"), "UserIsBlockedError")
    await refused(b.send_message(a_peer, "hi"), "YouBlockedUserError")
    await b(functions.contacts.UnblockRequest(a_peer))
    await a.send_message(b_peer, "hi")
    me, other = str(a_peer.user_id), str(b_peer.user_id)
    status, _ = await dc.post("/block", account=other, user=me)
    assert status == 200
    await refused(a.send_message(b_peer, "hi"), "UserIsBlockedError")
