"""Checks of admins, restrictions, slow mode, the admin log and the deleting of histories."""

import time

from checks_chats import new_channel, texts_of, trio
from harness import Checks, Heard, refused
from telethon import events, functions, types

checks = Checks()


async def supergroup(dc):
    """A supergroup of three: (clients, the members' peers as the creator sees them, chats)."""
    clients, peers = await trio(dc)
    group = await new_channel(clients[0], peers, megagroup=True)
    seen = [(await client.get_dialogs())[0].entity for client in clients[1:]]
    return clients, peers, (group, *seen)


@checks
async def an_admin_is_made_by_rights_and_unmade(dc):
    (a, b, c), (b_peer, c_peer), (group, at_b, at_c) = await supergroup(dc)
    told = Heard(b, events.Raw(types.UpdateChannel))
    await refused(b.edit_admin(at_b, await c.get_me(), is_admin=True), "ChatAdminRequiredError")
    await a.edit_admin(group, b_peer, delete_messages=True, add_admins=True, title="helper")
    assert (await told.next()).channel_id == group.id
    mine = (await b.get_entity(at_b)).admin_rights
    assert (mine.delete_messages, mine.ban_users, mine.other) == (True, False, True)
    part = await a(functions.channels.GetParticipantRequest(group, b_peer))
    assert type(part.participant).__name__ == "ChannelParticipantAdmin"
    me = (await a.get_me()).id
    assert (part.participant.rank, part.participant.promoted_by) == ("helper", me)
    admins = await a.get_participants(group, filter=types.ChannelParticipantsAdmins())
    assert len(admins) == 2
    sent = await c.send_message(at_c, "away with it")
    await b.delete_messages(at_b, [sent.id])
    assert await texts_of(c, at_c) == []
    # Nobody gives what they have not, nor changes an admin whom somebody else has made.
    c_at_b = [p for p in await b.get_participants(at_b) if p.id == c_peer.user_id][0]
    await refused(b.edit_admin(at_b, c_at_b, ban_users=True), "RightForbiddenError")
    await b.edit_admin(at_b, c_at_b, delete_messages=True)
    b_at_c = [p for p in await c.get_participants(at_c) if p.id == b_peer.user_id][0]
    await refused(c.edit_admin(at_c, b_at_c, is_admin=False), "ChatAdminRequiredError")
    a_at_b = [p for p in await b.get_participants(at_b) if p.id == me][0]
    await refused(b.edit_admin(at_b, a_at_b, is_admin=False), "UserCreatorError")
    long = a.edit_admin(group, b_peer, delete_messages=True, title="x" * 17)
    await refused(long, "AdminRankInvalidError")
    await a.edit_admin(group, b_peer, is_admin=False)
    assert (await b.get_entity(at_b)).admin_rights is None
    await refused(b.delete_messages(at_b, [1]), "MessageDeleteForbiddenError")


@checks
async def an_admin_of_a_broadcast_channel_writes_in_it(dc):
    (a, b, c), (b_peer, _) = await trio(dc)
    channel = await new_channel(a, broadcast=True)
    await a.edit_admin(channel, b_peer, post_messages=True)
    theirs = (await b.get_dialogs())[0].entity
    post = await b.send_message(theirs, "by an admin")
    assert (post.post, post.sender_id) == (True, -(10**12) - channel.id)
    assert len(await b.get_participants(theirs)) == 2
    first = await a.send_message(channel, "by the creator")
    await refused(b.edit_message(theirs, first.id, "changed"), "MessageAuthorRequiredError")
    await a.edit_admin(channel, b_peer, edit_messages=True)
    await b.edit_message(theirs, first.id, "changed")
    assert (await a.get_messages(channel, limit=1))[0].raw_text == "changed"
    await refused(b.send_message(theirs, "no more"), "ChatWriteForbiddenError")


@checks
async def a_member_is_restricted_for_a_while(dc):
    (a, b, c), (b_peer, _), (group, at_b, _) = await supergroup(dc)
    await a.edit_permissions(group, b_peer, time.time() + 3600, send_messages=False)
    await refused(b.send_message(at_b, "muted"), "ChatWriteForbiddenError")
    seen = await b.get_entity(at_b)
    assert (seen.banned_rights.send_messages, seen.left) == (True, False)
    banned = types.ChannelParticipantsBanned("")
    assert [p.id for p in await a.get_participants(group, filter=banned)] == [b_peer.user_id]
    full = await a(functions.channels.GetFullChannelRequest(group))
    assert (full.full_chat.banned_count, full.full_chat.kicked_count) == (1, 0)
    part = await a.get_permissions(group, b_peer)
    assert part.is_banned and part.participant.banned_rights.until_date.year < 2038
    await a(
        functions.channels.EditBannedRequest(
            group, b_peer, types.ChatBannedRights(None, send_photos=True, send_plain=True)
        )
    )
    await refused(b.send_message(at_b, "plain"), "ChatSendPlainForbiddenError")
    await a.edit_permissions(group, b_peer)
    await b.send_message(at_b, "all of it again")
    await refused(b.edit_permissions(at_b, "me", send_messages=False), "ChatAdminRequiredError")
    await refused(a.edit_permissions(group, "me", send_messages=False), "UserAdminInvalidError")
    await a.edit_permissions(group, send_messages=False)
    await refused(b.send_message(at_b, "nobody may"), "ChatWriteForbiddenError")
    await a.send_message(group, "but admins")
    await refused(a.edit_permissions(group, send_messages=False), "ChatNotModifiedError")


@checks
async def slow_mode_holds_members_up_and_no_admins(dc):
    (a, b, c), (b_peer, _), (group, at_b, at_c) = await supergroup(dc)
    toggle = functions.channels.ToggleSlowModeRequest
    await refused(b(toggle(at_b, 10)), "ChatAdminRequiredError")
    await refused(a(toggle(group, 11)), "SecondsInvalidError")
    told = Heard(b, events.Raw(types.UpdateChannel))
    await a(toggle(group, 3600))
    await told.next()
    await refused(a(toggle(group, 3600)), "ChatNotModifiedError")
    assert (await b.get_entity(at_b)).slowmode_enabled
    await b.send_message(at_b, "one")
    error = await refused(b.send_message(at_b, "two"), "SlowModeWaitError")
    assert 3500 < error.seconds <= 3600
    full = (await b(functions.channels.GetFullChannelRequest(at_b))).full_chat
    assert full.slowmode_seconds == 3600 and full.slowmode_next_send_date
    hi = await c.send_message("me", "hi")
    ho = await c.send_message("me", "ho")
    await refused(c.forward_messages(at_c, [hi, ho]), "SlowModeMultiMsgsDisabledError")
    await c.forward_messages(at_c, [hi])
    for n in range(3):
        await a.send_message(group, f"unhindered {n}")
    await a.edit_admin(group, b_peer, delete_messages=True)
    await b.send_message(at_b, "nor is an admin")
    await a(toggle(group, 0))
    await c.send_message(at_c, "free")


@checks
async def the_admin_log_tells_what_was_done_by_whom(dc):
    (a, b, c), (b_peer, c_peer), (group, at_b, _) = await supergroup(dc)
    await refused(b.get_admin_log(at_b), "ChatAdminRequiredError")
    sent = await b.send_message(at_b, "first words")
    await sent.edit("second words")
    await a.pin_message(group, sent.id)
    await a.delete_messages(group, [sent.id])
    await a(functions.channels.EditTitleRequest(group, "renamed"))
    await a(functions.channels.ToggleSlowModeRequest(group, 30))
    await a.edit_admin(group, b_peer, delete_messages=True)
    await a.edit_admin(group, b_peer, is_admin=False)
    await a.edit_permissions(group, c_peer, send_messages=False)
    await a.edit_permissions(group, c_peer, view_messages=False)
    await a.edit_permissions(group, c_peer)
    log = await a.get_admin_log(group)
    kinds = [type(e.original.action).__name__.removeprefix("ChannelAdminLogEventAction") for e in log]
    assert kinds == [
        *["ParticipantToggleBan"] * 3,
        *["ParticipantToggleAdmin"] * 2,
        "ToggleSlowMode",
        "ChangeTitle",
        "DeleteMessage",
        "UpdatePinned",
        "EditMessage",
        *["ParticipantInvite"] * 2,
    ], kinds
    assert [e.id for e in log] == sorted((e.id for e in log), reverse=True)
    [edit] = await a.get_admin_log(group, edit=True)
    assert (edit.old.message, edit.new.message) == ("first words", "second words")
    assert edit.user_id == b_peer.user_id
    [gone] = await a.get_admin_log(group, delete=True)
    assert gone.old.message == "second words"
    [title] = await a.get_admin_log(group, info=True)
    assert (title.old, title.new) == ("a channel", "renamed")
    [demoted] = await a.get_admin_log(group, demote=True)
    assert demoted.old.admin_rights.delete_messages
    assert len(await a.get_admin_log(group, search="words")) == 3
    assert len(await a.get_admin_log(group, admins=[b_peer])) == 1
    assert [e.id for e in await a.get_admin_log(group, max_id=log[3].id, limit=2)] == [
        e.id for e in log[4:6]
    ]


@checks
async def a_channels_history_is_deleted_on_one_side_or_for_all(dc):
    (a, b, c), _, (group, at_b, at_c) = await supergroup(dc)
    for n in range(4):
        await a.send_message(group, f"m{n}")
    delete = functions.channels.DeleteHistoryRequest
    second = await dc.log_in("+" + (await b.get_me()).phone)
    told = Heard(second, events.Raw(types.UpdateChannelAvailableMessages))
    await refused(b(delete(at_b, 0, for_everyone=True)), "ChatAdminRequiredError")
    [last] = await b.get_messages(at_b, limit=1)
    await b(delete(at_b, last.id - 1))
    assert (await told.next()).available_min_id == last.id - 1
    assert await texts_of(b, at_b) == ["m3"]
    assert (await b.get_messages(at_b, ids=[last.id - 1])) == [None]
    full = (await b(functions.channels.GetFullChannelRequest(at_b))).full_chat
    assert (full.available_min_id, full.unread_count) == (last.id - 1, 1)
    assert len(await texts_of(c, at_c)) == 4
    gone = Heard(c, events.MessageDeleted())
    await a(delete(group, last.id - 2, for_everyone=True))
    assert len((await gone.next()).deleted_ids) == last.id - 2
    assert await texts_of(c, at_c) == ["m3", "m2"]
