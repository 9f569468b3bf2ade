"""Checks of the list of chats, the archive, participants and invite links."""

from checks_chats import actions, new_channel, new_group, trio
from harness import Checks, Heard, refused, without
from telethon import events, functions, types

checks = Checks()


async def names(client, **options):
    return [d.entity.username for d in await client.get_dialogs(**options)]


# The chat with the code would be in its lists.
@checks
@without("codes_are_written")
async def the_archive_is_a_list_of_its_own(dc):
    client = await dc.log_in()
    second = await dc.log_in("+" + (await client.get_me()).phone)
    for name in ("alice", "bob", "carol"):
        await client.send_message(name, "hi")
    me = (await client.get_me()).username
    await dc.post("/send", **{"from": "bob", "to": me}, text="one")
    moved = Heard(second, events.Raw(types.UpdateFolderPeers))
    state = await client(functions.updates.GetStateRequest())
    await client.edit_folder("bob", 1)
    update = await moved.next()
    assert (update.folder_peers[0].folder_id, update.pts) == (1, state.pts + 1)
    assert await names(client) == ["bob", "carol", "alice"]
    assert await names(client, folder=0) == ["carol", "alice"]
    assert await names(client, archived=True) == ["bob"]
    [archive] = (await client(functions.messages.GetPinnedDialogsRequest(0))).dialogs
    assert type(archive).__name__ == "DialogFolder"
    counts = (archive.unread_unmuted_peers_count, archive.unread_unmuted_messages_count)
    assert (archive.folder.id, archive.top_message, counts) == (1, 4, (1, 1))
    missed = await second(functions.updates.GetDifferenceRequest(state.pts, state.date, 0))
    assert type(missed.other_updates[0]).__name__ == "UpdateFolderPeers"
    await client.edit_folder("bob", 0)
    assert await names(client, folder=0) == ["bob", "carol", "alice"]
    status, _ = await dc.post("/archive", account=me, peer="carol")
    assert status == 200 and await names(client, archived=True) == ["carol"]
    await refused(client.edit_folder("bob", 7), "FolderIdInvalidError")


# The chat with the code would be in its lists.
@checks
@without("codes_are_written")
async def pinned_chats_come_first(dc):
    client = await dc.log_in()
    second = await dc.log_in("+" + (await client.get_me()).phone)
    for n in range(8):
        await client.send_message(f"user600{n}", "hi")
    told = Heard(second, events.Raw(types.UpdateDialogPinned))
    toggle = functions.messages.ToggleDialogPinRequest
    for n in range(5):
        await client(toggle(await client.get_input_entity(f"user600{n}"), pinned=True))
    assert (await told.next()).pinned
    sixth = toggle(await client.get_input_entity("user6006"), pinned=True)
    await refused(client(sixth), "PinnedDialogsTooMuchError")
    pinned = [f"user600{n}" for n in (4, 3, 2, 1, 0)]
    rest = [f"user600{n}" for n in (7, 6, 5)]
    assert await names(client) == pinned + rest
    assert await names(client, ignore_pinned=True) == rest
    assert [d.pinned for d in await client.get_dialogs()] == [True] * 5 + [False] * 3
    got = await client(functions.messages.GetPinnedDialogsRequest(0))
    assert len(got.dialogs) == 5
    bottom = types.InputDialogPeer(await client.get_input_entity("user6000"))
    await client(functions.messages.ReorderPinnedDialogsRequest(0, [bottom]))
    assert (await names(client))[:2] == ["user6000", "user6004"]
    await client(toggle(await client.get_input_entity("user6000"), pinned=False))
    assert (await names(client))[-1] == "user6000"
    page = functions.messages.GetDialogsRequest
    first = await client(page(None, 0, types.InputPeerEmpty(), 2, 0))
    seen = [d.top_message for d in first.dialogs]
    while len(first.dialogs) == 2:
        last = first.dialogs[-1]
        peer = await client.get_input_entity(last.peer)
        first = await client(page(None, last.top_message, peer, 2, 0))
        seen += [d.top_message for d in first.dialogs]
    assert len(seen) == len(set(seen)) == 8


@checks
async def participants_are_paged_and_searched(dc):
    (a, b, c), peers = await trio(dc)
    me = (await a.get_me()).username
    members = [f"user61{n:02}" for n in range(20)]
    _, made = await dc.post(
        "/chat", kind="supergroup", creator=me, title="many", members=members
    )
    chat = await a.get_entity((await a.get_dialogs())[0].entity)
    ask = functions.channels.GetParticipantsRequest
    recent = types.ChannelParticipantsRecent()
    page = await a(ask(chat, recent, 15, 10, 0))
    assert (page.count, len(page.participants), len(page.users)) == (21, 6, 6)
    found = await a(ask(chat, types.ChannelParticipantsSearch("USER610"), 0, 5, 0))
    assert (found.count, len(found.participants)) == (10, 5)
    admins = await a(ask(chat, types.ChannelParticipantsAdmins(), 0, 100, 0))
    assert [type(p).__name__ for p in admins.participants] == ["ChannelParticipantCreator"]
    bots = await a(ask(chat, types.ChannelParticipantsBots(), 0, 100, 0))
    assert (bots.count, bots.participants) == (0, [])
    group = await new_group(a, peers)
    full = await b(functions.messages.GetFullChatRequest(group.id))
    assert len(full.full_chat.participants.participants) == len(full.users) == 3
    news = await new_channel(a, peers, broadcast=True)
    theirs = [d.entity for d in await b.get_dialogs() if d.entity.id == news.id][0]
    await refused(b(ask(theirs, recent, 0, 10, 0)), "ChatAdminRequiredError")


@checks
async def a_channel_is_deleted_for_everybody(dc):
    (a, b, _), peers = await trio(dc)
    me = (await a.get_me()).username
    channel = await new_channel(a, peers, megagroup=True)
    await a(functions.channels.UpdateUsernameRequest(channel, f"gone_{me}"))
    theirs = await b.get_entity(f"gone_{me}")
    await refused(b(functions.channels.DeleteChannelRequest(theirs)), "ChatAdminRequiredError")
    told = Heard(b, events.Raw(types.UpdateChannel))
    await a(functions.channels.DeleteChannelRequest(channel))
    assert (await told.next()).channel_id == channel.id
    await refused(b.get_messages(theirs, limit=1), "ChannelPrivateError")
    await refused(a.send_message(channel, "hi"), "ChannelPrivateError")
    assert not await b.get_dialogs()
    await refused(b.get_entity(f"gone_{me}"), "No user has")


@checks
async def a_group_is_deleted_for_everybody(dc):
    (a, b, _), peers = await trio(dc)
    group = await new_group(a, peers)
    await refused(b(functions.messages.DeleteChatRequest(group.id)), "ChatAdminRequiredError")
    told = Heard(b, events.Raw(types.UpdateChat))
    assert await a(functions.messages.DeleteChatRequest(group.id))
    assert (await told.next()).chat_id == group.id
    await refused(b.send_message(-group.id, "hi"), "ChatWriteForbiddenError")


@checks
async def a_channel_is_joined_by_its_link(dc):
    (a, b, c), _ = await trio(dc)
    group = await new_channel(a, megagroup=True)
    export = functions.messages.ExportChatInviteRequest
    invite = await a(export(group))
    hash = invite.link.rsplit("+", 1)[1]
    check, join = functions.messages.CheckChatInviteRequest, functions.messages.ImportChatInviteRequest
    seen = await b(check(hash))
    assert (seen.title, seen.megagroup, seen.participants_count) == ("a channel", True, 1)
    joined = await b(join(hash))
    assert joined.updates.chats[0].id == group.id
    history = await a.get_messages(group, limit=10)
    assert actions(history)[0] == "MessageActionChatJoinedByLink"
    await refused(b(join(hash)), "UserAlreadyParticipantError")
    assert type(await b(check(hash))).__name__ == "ChatInviteAlready"
    await refused(b(export(joined.updates.chats[0])), "ChatAdminRequiredError")
    await refused(c(join("nothing")), "InviteHashInvalidError")
    await refused(c(check("")), "InviteHashEmptyError")
    await a(functions.messages.EditExportedChatInviteRequest(group, invite.link, revoked=True))
    await refused(c(join(hash)), "InviteHashExpiredError")


@checks
async def links_end_and_ask(dc):
    (a, b, c), peers = await trio(dc)
    group = await new_group(a, [peers[0]])
    _, made = await dc.post("/invite", chat=-group.id, usage_limit=1)
    join = functions.messages.ImportChatInviteRequest
    hash = made["link"].rsplit("+", 1)[1]
    heard = Heard(b, events.ChatAction())
    await c(join(hash))
    # That the group was made may be heard as late as this.
    while not (await heard.next()).user_joined:
        pass
    assert len(await a.get_participants(-group.id)) == 3
    d = await dc.log_in()
    await refused(d(join(hash)), "InviteHashExpiredError")
    status, _ = await dc.post("/invite", chat=-group.id, usage_limit=0)
    assert status == 400
    channel = await new_channel(a, megagroup=True)
    asks = functions.messages.ExportChatInviteRequest(channel, request_needed=True)
    hash = (await a(asks)).link.rsplit("+", 1)[1]
    await refused(d(join(hash)), "InviteRequestSentError")
    user = await a.get_input_entity((await d.get_me()).username)
    let_in = functions.messages.HideChatJoinRequestRequest(channel, user, approved=True)
    await a(let_in)
    assert len(await a.get_participants(channel)) == 2
    await refused(a(let_in), "HideRequesterMissingError")


@checks
async def a_channel_is_made_public_and_left(dc):
    (a, b, _), peers = await trio(dc)
    me = (await a.get_me()).username
    await refused(new_channel(a, title="  "), "ChatTitleEmptyError")
    about = functions.channels.CreateChannelRequest("title", "x" * 256, broadcast=True)
    await refused(a(about), "ChatAboutTooLongError")
    channel = await new_channel(a, broadcast=True)
    rename = functions.channels.UpdateUsernameRequest
    await refused(a(rename(channel, "a b")), "UsernameInvalidError")
    await refused(a(rename(channel, "alice")), "UsernameOccupiedError")
    status, _ = await dc.post("/username", chat=-(10**12) - channel.id, username=f"pub_{me}")
    assert status == 200
    found = await b.get_entity(f"pub_{me}")
    leave = functions.channels.LeaveChannelRequest
    await refused(b(leave(found)), "UserNotParticipantError")
    await b(functions.channels.JoinChannelRequest(found))
    await b(leave(found))
    await refused(a(leave(channel)), "UserCreatorError")
    await a(rename(channel, ""))
    await refused(b(functions.channels.JoinChannelRequest(found)), "ChannelPrivateError")
    wrong = types.InputChannel(found.id, found.access_hash + 1)
    await refused(b(functions.channels.JoinChannelRequest(wrong)), "ChannelInvalidError")
