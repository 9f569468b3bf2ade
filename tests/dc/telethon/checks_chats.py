"""Checks of basic groups, supergroups and broadcast channels."""

from harness import Checks, Heard, refused, without
from telethon import events, functions, types
from telethon.tl.types import InputChannel, InputPeerChannel

checks = Checks()


async def trio(dc):
    """Three fresh accounts; the first has resolved the other two."""
    clients = [await dc.log_in() for _ in range(3)]
    names = [(await client.get_me()).username for client in clients]
    peers = [await clients[0].get_input_entity(name) for name in names[1:]]
    return clients, peers


async def new_group(client, peers, title="a group"):
    made = await client(functions.messages.CreateChatRequest(peers, title))
    return made.updates.chats[0]


async def new_channel(client, peers=(), title="a channel", **options):
    made = await client(functions.channels.CreateChannelRequest(title, "about", **options))
    [channel] = made.chats
    if peers:
        await client(functions.channels.InviteToChannelRequest(channel, list(peers)))
    return channel


async def texts_of(client, chat):
    """The texts of a chat's history, newest first."""
    return [m.raw_text for m in await client.get_messages(chat, limit=100) if m.message]


def actions(messages):
    return [type(m.action).__name__ for m in messages if m.action]


@checks
async def a_group_is_made_and_its_members_hear_of_it(dc):
    (a, b, _), peers = await trio(dc)
    heard = Heard(b, events.ChatAction())
    group = await new_group(a, peers)
    event = await heard.next()
    assert event.created and (await event.get_chat()).title == "a group"
    full = await a(functions.messages.GetFullChatRequest(group.id))
    kinds = sorted(type(p).__name__ for p in full.full_chat.participants.participants)
    assert kinds == ["ChatParticipant", "ChatParticipant", "ChatParticipantCreator"]
    assert len(full.users) == 3
    [found] = (await b(functions.messages.GetChatsRequest([group.id]))).chats
    assert (found.participants_count, found.creator) == (3, False)


@checks
async def a_groups_message_has_an_id_for_each_member(dc):
    (a, b, c), peers = await trio(dc)
    await b.send_message("me", "shifts the ids")
    group = await new_group(a, peers)
    heard = Heard(b, events.NewMessage(chats=-group.id))
    await a.send_message(group, "first")
    sent = await c.send_message(-group.id, "second")
    texts = [await heard.next() for _ in range(2)]
    assert [e.raw_text for e in texts] == ["first", "second"]
    assert (sent.id, texts[1].id) == (3, 4)
    assert texts[1].sender_id == (await c.get_me()).id and not texts[1].out
    await sent.edit("better")
    assert (await b.get_messages(-group.id, limit=1))[0].raw_text == "better"
    await sent.delete()
    assert await texts_of(b, -group.id) == ["first"]


@checks
async def group_members_come_and_go(dc):
    (a, b, c), [b_peer, c_peer] = await trio(dc)
    group = await new_group(a, [b_peer])
    added = functions.messages.AddChatUserRequest(group.id, c_peer, fwd_limit=0)
    await refused(c(added), "ChatIdInvalidError")
    await a.send_message(group, "before")
    await a(added)
    await refused(a(added), "UserAlreadyParticipantError")
    await a.send_message(group, "after")
    await a(functions.messages.EditChatTitleRequest(group.id, "renamed"))
    assert await texts_of(c, -group.id) == ["after"]
    await a(functions.messages.DeleteChatUserRequest(group.id, c_peer))
    await a.send_message(group, "without c")
    history = await c.get_messages(-group.id, limit=100)
    assert actions(history) == [
        "MessageActionChatDeleteUser",
        "MessageActionChatEditTitle",
        "MessageActionChatAddUser",
    ]
    await refused(c.send_message(-group.id, "let me in"), "ChatWriteForbiddenError")
    await b(functions.messages.DeleteChatUserRequest(group.id, "me"))
    full = await a(functions.messages.GetFullChatRequest(group.id))
    assert len(full.full_chat.participants.participants) == 1


@checks
async def what_was_missed_in_a_group_is_caught_up(dc):
    (a, b, _), peers = await trio(dc)
    group = await new_group(a, peers)
    state = await b(functions.updates.GetStateRequest())
    for n in range(3):
        await a.send_message(group, f"missed {n}")
    missed = await b(functions.updates.GetDifferenceRequest(state.pts, state.date, 0))
    assert [m.message for m in missed.new_messages] == [f"missed {n}" for n in range(3)]
    assert [chat.id for chat in missed.chats] == [group.id]
    assert all(m.from_id for m in missed.new_messages)


@checks
async def a_supergroup_is_made_filled_and_heard(dc):
    (a, b, c), peers = await trio(dc)
    joined = Heard(b, events.ChatAction())
    heard = Heard(b, events.NewMessage())
    group = await new_channel(a, peers, megagroup=True)
    assert group.megagroup and group.creator
    assert (await joined.next()).user_added
    await a.send_message(group, "one")
    event = await heard.next()
    assert (event.raw_text, event.chat_id, event.is_group) == ("one", -(10**12) - group.id, True)
    mine = (await b.get_dialogs())[0]
    assert mine.entity.access_hash != group.access_hash
    sent = await b.send_message(mine.entity, "two")
    at_c = (await c.get_dialogs())[0]
    assert (at_c.message.id, at_c.message.raw_text) == (sent.id, "two")
    assert at_c.message.sender_id == (await b.get_me()).id


@checks
async def a_channel_counts_its_own_ids_and_pts(dc):
    (a, b, _), peers = await trio(dc)
    await b.send_message("me", "shifts nothing")
    channel = await new_channel(a, peers, broadcast=True)
    sent = await a.send_message(channel, "post")
    assert (sent.id, sent.post, sent.sender_id) == (2, True, -(10**12) - channel.id)
    theirs = (await b.get_dialogs())[0]
    assert (theirs.message.id, theirs.dialog.pts, theirs.unread_count) == (2, 3, 1)
    await refused(b.send_message(theirs.entity, "reply"), "ChatWriteForbiddenError")
    await refused(b.get_participants(theirs.entity), "ChatAdminRequiredError")
    assert len(await a.get_participants(channel)) == 3


@checks
async def a_channels_edits_and_deletions_are_heard(dc):
    (a, b, _), peers = await trio(dc)
    channel = await new_channel(a, peers, broadcast=True)
    theirs = (await b.get_dialogs())[0].entity
    edited, deleted = Heard(b, events.MessageEdited()), Heard(b, events.MessageDeleted())
    sent = [await a.send_message(channel, f"post {n}") for n in range(3)]
    await sent[0].edit("changed")
    assert (await edited.next()).raw_text == "changed"
    [affected] = await a.delete_messages(channel, [m.id for m in sent[1:]])
    assert affected.pts_count == 2
    event = await deleted.next()
    assert (event.deleted_ids, event.chat_id) == ([3, 4], -(10**12) - channel.id)
    assert await texts_of(b, theirs) == ["changed"]
    await refused(b.delete_messages(theirs, [sent[0].id]), "MessageDeleteForbiddenError")


@checks
async def a_public_channel_is_found_joined_and_left(dc):
    (a, b, _), _ = await trio(dc)
    me = (await a.get_me()).username
    names = {"kind": "supergroup", "creator": me, "title": "open", "username": f"open_{me}"}
    status, made = await dc.post("/chat", **names)
    assert status == 200
    chat = await b.get_entity(f"@open_{me}")
    assert (chat.left, -(10**12) - chat.id) == (True, made["chat"])
    await a.send_message(f"open_{me}", "for all to read")
    assert (await b.get_messages(chat))[0].raw_text == "for all to read"
    await refused(b.send_message(chat, "not yet"), "ChatWriteForbiddenError")
    await b(functions.channels.JoinChannelRequest(chat))
    await refused(
        b(functions.channels.JoinChannelRequest(chat)), "UserAlreadyParticipantError"
    )
    await b.send_message(chat, "now")
    await b(functions.channels.LeaveChannelRequest(chat))
    history = await a.get_messages(f"open_{me}", limit=100)
    assert actions(history)[:2] == ["MessageActionChatDeleteUser", "MessageActionChatAddUser"]
    status, refusal = await dc.post("/chat", **names)
    assert (status, refusal["error"]) == (400, "USERNAME_OCCUPIED")


@checks
async def who_is_kicked_sees_the_channel_no_more(dc):
    (a, b, _), [b_peer, c_peer] = await trio(dc)
    group = await new_channel(a, [b_peer, c_peer], megagroup=True)
    theirs = (await b.get_dialogs())[0].entity
    rights = types.ChatBannedRights(until_date=None, view_messages=True)
    await a(functions.channels.EditBannedRequest(group, b_peer, rights))
    await refused(b.get_messages(theirs, limit=100), "ChannelPrivateError")
    await refused(a(functions.channels.InviteToChannelRequest(group, [b_peer])), "UserKickedError")
    [found] = (await b(functions.channels.GetChannelsRequest([theirs]))).chats
    assert type(found).__name__ == "ChannelForbidden"
    assert not await b.get_dialogs()
    kicked = types.ChannelParticipantsKicked("")
    assert len(await a.get_participants(group, filter=kicked)) == 1
    free = types.ChatBannedRights(until_date=None)
    await a(functions.channels.EditBannedRequest(group, b_peer, free))
    await a(functions.channels.InviteToChannelRequest(group, [b_peer]))
    assert (await b.get_messages(theirs))[0].action


@checks
async def a_wrong_channel_hash_is_refused(dc):
    (a, b, _), peers = await trio(dc)
    group = await new_channel(a, peers, megagroup=True)
    wrong = InputPeerChannel(group.id, group.access_hash)
    await refused(b.send_message(wrong, "with a's hash"), "ChannelInvalidError")
    request = functions.channels.GetFullChannelRequest(InputChannel(group.id, 1))
    await refused(b(request), "ChannelInvalidError")


@checks
async def participants_page_and_are_searched(dc):
    (a, b, _), _ = await trio(dc)
    me = (await a.get_me()).username
    members = [f"user{n}" for n in range(4000, 4250)]
    status, made = await dc.post(
        "/chat", kind="supergroup", creator=me, title="crowd", members=members
    )
    assert status == 200
    crowd = (await a.get_dialogs())[0].entity
    assert len({p.id async for p in a.iter_participants(crowd)}) == 251
    found = await a.get_participants(crowd, search="user424")
    assert sorted(p.username for p in found) == [f"user424{n}" for n in range(10)]
    full = await a(functions.channels.GetFullChannelRequest(crowd))
    assert (full.full_chat.participants_count, full.full_chat.about) == (251, "")
    one = await a(functions.channels.GetParticipantRequest(crowd, "user4000"))
    assert one.participant.user_id == one.users[0].id
    await refused(
        a(functions.channels.GetParticipantRequest(crowd, "carol")), "UserNotParticipantError"
    )
    status, _ = await dc.post("/members", chat=made["chat"], remove=["user4000"], add=["carol"])
    assert status == 200
    assert len(await a.get_participants(crowd)) == 251


@checks
async def pushes_in_a_channel_bring_min_users_and_chats(dc):
    (a, b, _), peers = await trio(dc)
    group = await new_channel(a, peers, megagroup=True)
    await b.get_dialogs()
    seen = Heard(b, events.Raw(types.UpdateNewChannelMessage))
    await a.send_message(group, "hello")
    update = await seen.next()
    [chat] = [e for e in update._entities.values() if isinstance(e, types.Channel)]
    [user] = [e for e in update._entities.values() if isinstance(e, types.User)]
    assert chat.min and user.min
    wrong = InputPeerChannel(chat.id, chat.access_hash)
    asked = functions.messages.GetHistoryRequest(wrong, 0, None, 0, 1, 0, 0, 0)
    await refused(b(asked), "ChannelInvalidError")
    theirs = await b.get_input_entity(-(10**12) - group.id)
    author = types.InputUserFromMessage(theirs, update.message.id, user.id)
    [found] = await b(functions.users.GetUsersRequest([author]))
    assert not found.min and found.id == user.id


# The message with the code would be the newest chat, instead of the channel.
@checks
@without("codes_are_written")
async def reading_a_channel_is_told_to_the_other_device(dc):
    (a, b, _), peers = await trio(dc)
    group = await new_channel(a, peers, megagroup=True)
    phone = "+" + (await b.get_me()).phone
    theirs = (await b.get_dialogs())[0].entity
    for n in range(3):
        await a.send_message(group, f"m{n}")
    second = await dc.log_in(phone)
    await second.get_dialogs()
    told = Heard(second, events.MessageRead(inbox=True))
    at_author = Heard(a, events.MessageRead())
    assert (await b.get_dialogs())[0].unread_count == 4
    await b.send_read_acknowledge(theirs)
    assert (await told.next()).max_id == 5
    assert (await at_author.next()).max_id == 5
    assert (await b.get_dialogs())[0].unread_count == 0


@checks
async def messages_of_a_channel_are_found_by_id(dc):
    (a, b, _), peers = await trio(dc)
    group = await new_channel(a, peers, megagroup=True)
    sent = await a.send_message(group, "question")
    theirs = (await b.get_dialogs())[0].entity
    answer = await b.send_message(theirs, "answer", reply_to=sent.id)
    found = await a.get_messages(group, ids=[sent.id, answer.id, 999])
    assert [m and m.raw_text for m in found] == ["question", "answer", None]
    assert (await found[1].get_reply_message()).raw_text == "question"
    await refused(b.send_message(theirs, "x", reply_to=999), "REPLY_MESSAGE_ID_INVALID")


@checks
async def hundreds_of_channels_page_in_the_dialogs(dc):
    client = await dc.log_in()
    me = (await client.get_me()).username
    for n in range(250):
        kind = ("group", "supergroup", "broadcast")[n % 3]
        creator = f"user{5000 + n % 5}"
        await dc.post("/chat", kind=kind, creator=creator, title=f"chat {n}", members=[me])
    dialogs = [d async for d in client.iter_dialogs()]
    assert [d.title for d in dialogs] == [f"chat {n}" for n in range(249, -1, -1)]
    assert sum(d.dialog.pts is not None for d in dialogs) == 166
