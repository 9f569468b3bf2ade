"""Checks of what a script sets up in the lists of chats: folders, the archive, loudness, marks."""

from checks_chats import new_channel, new_group, trio
from harness import Checks, Heard, refused, without
from telethon import events, functions, types, utils

checks = Checks()


async def filters(client):
    return (await client(functions.messages.GetDialogFiltersRequest())).filters


async def dialog(client, entity):
    wanted = types.InputDialogPeer(await client.get_input_entity(entity))
    [found] = (await client(functions.messages.GetPeerDialogsRequest([wanted]))).dialogs
    return found


@checks
async def a_script_makes_folders(dc):
    (a, b, _), peers = await trio(dc)
    me = (await a.get_me()).username
    second = await dc.log_in("+" + (await a.get_me()).phone)
    group = await new_group(a, peers)
    news = await new_channel(a, peers, broadcast=True)
    await a.send_message(peers[0], "hi")
    told = Heard(second, events.Raw(types.UpdateDialogFilter))
    work = {
        "id": 5, "title": "Work", "emoticon": "💼", "pinned": [str(utils.get_peer_id(news))],
        "include": ["alice", str(-group.id)], "exclude": ["bob"],
        "contacts": True, "groups": True, "exclude_read": True, "exclude_archived": True,
    }
    status, answer = await dc.post("/folder", account=me, folder=work)
    assert status == 200, answer
    assert (await told.next()).filter.title.text == "Work"
    default, made = await filters(second)
    assert type(default).__name__ == "DialogFilterDefault"
    assert (made.id, made.emoticon, made.contacts, made.groups) == (5, "💼", True, True)
    assert (made.exclude_read, made.exclude_archived, made.exclude_muted) == (True, True, False)
    assert not made.non_contacts and not made.broadcasts and not made.bots
    assert [utils.get_peer_id(p) for p in made.pinned_peers] == [utils.get_peer_id(news)]
    assert made.include_peers[1].chat_id == group.id
    # The access hashes are good for this account.
    people = [made.include_peers[0], made.exclude_peers[0]]
    assert [(await second.get_entity(p)).username for p in people] == ["alice", "bob"]
    shared = {"id": 7, "title": "Shared", "include": [str(utils.get_peer_id(news))], "shared": True}
    await dc.post("/folder", account=me, folder=shared)
    listed = await filters(a)
    assert [type(f).__name__ for f in listed[1:]] == ["DialogFilter", "DialogFilterChatlist"]
    assert listed[2].include_peers[0].channel_id == news.id
    await dc.post("/folder", account=me, order=[7, 0, 5])
    assert [getattr(f, "id", 0) for f in await filters(a)] == [7, 0, 5]
    await dc.post("/folder", account=me, delete=5)
    assert [getattr(f, "id", 0) for f in await filters(a)] == [7, 0]
    for wrong in ({"delete": 5}, {"folder": {"id": 1, "title": "x"}}, {}, {"order": [], "delete": 7}):
        status, _ = await dc.post("/folder", account=me, **wrong)
        assert status == 400, wrong
    status, _ = await dc.post("/folder", account=me, folder={"id": 9, "include": ["nobody"]})
    assert status == 400


@checks
@without("codes_are_written")
async def a_chat_is_muted_marked_and_left_unread_by_a_script(dc):
    a, b_peer, b, a_peer = await dc.pair()
    [me, other] = [(await client.get_me()).username for client in (a, b)]
    second = await dc.log_in("+" + (await a.get_me()).phone)
    for n in range(5):
        await b.send_message(a_peer, f"m{n}")
    told = Heard(second, events.Raw(types.UpdateNotifySettings))
    status, _ = await dc.post("/mute", account=me, peer=other)
    assert status == 200
    assert (await told.next()).notify_settings.mute_until.year == 2038
    assert (await dialog(a, b_peer)).notify_settings.mute_until.year == 2038
    marked = Heard(second, events.Raw(types.UpdateDialogUnreadMark))
    await dc.post("/unread", account=me, peer=other, marked=True)
    assert (await marked.next()).unread and (await dialog(a, b_peer)).unread_mark
    [mark] = await a(functions.messages.GetDialogUnreadMarksRequest())
    assert mark.peer.user_id == b_peer.user_id
    peer = types.InputDialogPeer(b_peer)
    await a(functions.messages.MarkDialogUnreadRequest(peer))
    assert not (await marked.next()).unread and not (await dialog(a, b_peer)).unread_mark
    assert (await dialog(a, b_peer)).unread_count == 5
    await a.send_read_acknowledge(b_peer)
    await dc.post("/unread", account=me, peer=other, count=3)
    left = await dialog(a, b_peer)
    assert (left.unread_count, left.top_message - left.read_inbox_max_id) == (3, 3)
    # The archive's own line counts muted chats apart.
    await a.edit_folder(b_peer, 1)
    pinned = functions.messages.GetPinnedDialogsRequest
    archive = (await a(pinned(0))).dialogs[0]
    assert (archive.unread_muted_peers_count, archive.unread_muted_messages_count) == (1, 3)
    assert (archive.unread_unmuted_peers_count, archive.unread_unmuted_messages_count) == (0, 0)
    await dc.post("/mute", account=me, peer=other, until=0)
    archive = (await a(pinned(0))).dialogs[0]
    assert (archive.unread_unmuted_peers_count, archive.unread_muted_peers_count) == (1, 0)
    status, _ = await dc.post("/unread", account=me, peer=other)
    assert status == 400


@checks
@without("codes_are_written")
async def the_archive_may_stand_in_the_list_as_one_line(dc):
    client = await dc.log_in()
    for name in ("alice", "bob", "carol"):
        await client.send_message(name, "hi")
    await client.edit_folder("bob", 1)

    async def kinds(folder=None, exclude=None):
        ask = functions.messages.GetDialogsRequest
        page = await client(ask(None, 0, types.InputPeerEmpty(), 10, 0, exclude, folder))
        return [type(d).__name__ for d in page.dialogs]

    one, fold = "Dialog", "DialogFolder"
    assert [await kinds(f) for f in (None, 0, 1)] == [[one] * 3, [one] * 2, [one]]
    await dc.post("/rules", archive_folds=True)
    try:
        assert [await kinds(f) for f in (None, 0, 1)] == [[fold, one, one]] * 2 + [[one]]
        assert await kinds(None, True) == [one, one]
        full = await client(functions.messages.GetDialogsRequest(None, 0, types.InputPeerEmpty(), 10, 0))
        assert type(full).__name__ == "Dialogs"
    finally:
        await dc.post("/rules", archive_folds=False)


@checks
async def facts_are_told_of_accounts_and_channels(dc):
    (a, b, _), peers = await trio(dc)
    me, other = [(await client.get_me()).username for client in (a, b)]
    group = await new_channel(a, peers, megagroup=True)
    marked = utils.get_peer_id(group)
    full = functions.channels.GetFullChannelRequest
    assert (await a(full(group))).full_chat.participants_count == 3
    status, _ = await dc.post("/facts", peer=marked, verified=True, participants_count=12345)
    assert status == 200
    seen = await a.get_entity(group)
    assert (seen.verified, seen.participants_count, seen.creator) == (True, 12345, True)
    theirs = [d.entity for d in await b.get_dialogs() if d.entity.id == group.id][0]
    assert (theirs.verified, theirs.participants_count, theirs.creator) == (True, 12345, False)
    assert (await b(full(theirs))).full_chat.participants_count == 12345
    await dc.post("/facts", peer=marked, participants_count=0)
    assert (await a(full(group))).full_chat.participants_count == 3
    await dc.post("/facts", peer=other, verified=True, bot=True)
    user = await a.get_entity(other)
    assert (user.verified, user.bot, user.first_name) == (True, True, user.first_name)
    status, _ = await dc.post("/facts", peer=other, participants_count=1)
    assert status == 400
    await dc.post("/contact", account=me, user=other, name="Robot")
    user = await a.get_entity(other)
    assert (user.contact, user.first_name) == (True, "Robot")
    await dc.post("/contact", account=me, user=other, saved=False)
    assert not (await a.get_entity(other)).contact
    small = await new_group(a, peers)
    assert (await a.get_entity(-small.id)).participants_count == 3
    old = {"kind": "supergroup", "creator": me, "title": "old", "members": [other], "date": 1400000000}
    _, made = await dc.post("/chat", **old)
    [found] = [d for d in await b.get_dialogs() if d.name == "old"]
    assert found.entity.date.timestamp() == found.date.timestamp() == 1400000000
    assert found.id == made["chat"]
