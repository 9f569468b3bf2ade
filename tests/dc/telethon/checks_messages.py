"""Checks of people, messages, history, dialogs and updates."""

from harness import Checks, Heard, refused
from telethon import events, functions, types
from telethon.tl.types import InputPeerUser, InputUser

checks = Checks()


@checks
async def a_username_resolves(dc):
    client = await dc.log_in()
    alice = await client.get_entity("alice")
    assert (alice.first_name, alice.phone) == ("Alice", None)
    await refused(client.get_entity("nobody_here"), "No user has")


@checks
async def a_phone_number_resolves(dc):
    client = await dc.log_in()
    found = await client(functions.contacts.ResolvePhoneRequest("15550000003"))
    assert found.users[0].username == "carol"
    request = functions.contacts.ResolvePhoneRequest("4915112345678")
    await refused(client(request), "PhoneNotOccupiedError")


@checks
async def contacts_are_imported_listed_and_deleted(dc):
    client = await dc.log_in()
    people = [
        types.InputPhoneContact(11, "+15550000003", "Caroline", "C."),
        types.InputPhoneContact(12, "+4915112345678", "Nobody", ""),
    ]
    imported = await client(functions.contacts.ImportContactsRequest(people))
    assert [contact.client_id for contact in imported.imported] == [11]
    listed = await client(functions.contacts.GetContactsRequest(0))
    assert [(u.first_name, u.phone, u.contact) for u in listed.users] == [
        ("Caroline", "15550000003", True)
    ]
    await client(functions.contacts.DeleteContactsRequest([listed.users[0]]))
    assert not (await client(functions.contacts.GetContactsRequest(0))).users


@checks
async def a_wrong_access_hash_is_refused(dc):
    client = await dc.log_in()
    carol = await client.get_entity("carol")
    peer = InputPeerUser(carol.id, carol.access_hash + 1)
    await refused(client.send_message(peer, "hi"), "PeerIdInvalidError")
    user = InputUser(carol.id, carol.access_hash + 1)
    await refused(client(functions.users.GetUsersRequest([user])), "UserIdInvalidError")


@checks
async def a_full_user_is_told(dc):
    client = await dc.log_in()
    full = await client(functions.users.GetFullUserRequest("carol"))
    assert full.full_user.id == full.users[0].id


@checks
async def a_message_arrives(dc):
    a, b_peer, b, a_peer = await dc.pair()
    heard = Heard(b, events.NewMessage(incoming=True))
    sent = await a.send_message(b_peer, "hello")
    event = await heard.next()
    assert (event.raw_text, event.sender_id, event.out) == ("hello", a_peer.user_id, False)
    assert abs((event.date - sent.date).total_seconds()) <= 1


@checks
async def the_two_sides_have_their_own_ids(dc):
    a, b_peer, b, a_peer = await dc.pair()
    for n in range(3):
        await a.send_message("me", f"note {n}")
    sent = await a.send_message(b_peer, "hello")
    received = (await b.get_messages(a_peer, limit=1))[0]
    assert (sent.id, received.id, received.raw_text) == (4, 1, "hello")


@checks
async def many_messages_arrive_in_order_and_once(dc):
    a, b_peer, b, a_peer = await dc.pair()
    heard = Heard(b, events.NewMessage(incoming=True))
    for n in range(50):
        await a.send_message(b_peer, f"message {n}")
    texts = [(await heard.next()).raw_text for _ in range(50)]
    assert texts == [f"message {n}" for n in range(50)]
    assert heard.empty()


@checks
async def the_other_session_of_the_sender_hears_of_it(dc):
    a, b_peer, b, a_peer = await dc.pair()
    second = await dc.log_in("+" + (await a.get_me()).phone)
    heard = Heard(second, events.NewMessage(outgoing=True))
    own = Heard(b, events.NewMessage())
    await a.send_message(b_peer, "one")
    await a.send_message(b_peer, "two")
    assert [(await heard.next()).raw_text for _ in range(2)] == ["one", "two"]
    assert [(await own.next()).raw_text for _ in range(2)] == ["one", "two"]


@checks
async def a_reply_names_the_message_it_answers(dc):
    a, b_peer, b, a_peer = await dc.pair()
    await a.send_message("me", "shifts the ids")
    first = await a.send_message(b_peer, "question")
    heard = Heard(a, events.NewMessage(incoming=True))
    received = (await b.get_messages(a_peer, limit=1))[0]
    answer = await received.reply("answer")
    event = await heard.next()
    assert event.message.reply_to_msg_id == first.id
    assert answer.reply_to_msg_id == received.id
    assert (await event.get_reply_message()).raw_text == "question"


@checks
async def a_reply_to_nothing_is_refused(dc):
    a, b_peer, *_ = await dc.pair()
    await refused(a.send_message(b_peer, "x", reply_to=99), "REPLY_MESSAGE_ID_INVALID")


@checks
async def formatting_arrives_as_sent(dc):
    a, b_peer, b, a_peer = await dc.pair()
    heard = Heard(b, events.NewMessage())
    await a.send_message(b_peer, "😀 **bold** and `code`")
    event = await heard.next()
    assert event.raw_text == "😀 bold and code"
    assert [(type(e).__name__, e.offset, e.length) for e in event.message.entities] == [
        ("MessageEntityBold", 3, 4),
        ("MessageEntityCode", 12, 4),
    ]


@checks
async def a_silent_message_says_so(dc):
    a, b_peer, b, a_peer = await dc.pair()
    heard = Heard(b, events.NewMessage())
    await a.send_message(b_peer, "psst", silent=True)
    assert (await heard.next()).message.silent


@checks
async def saved_messages_are_a_chat_with_oneself(dc):
    client = await dc.log_in()
    sent = await client.send_message("me", "note")
    [note] = await client.get_messages("me")
    assert (note.id, note.raw_text, note.out) == (sent.id, "note", True)
    assert (await client.get_dialogs())[0].is_user


@checks
async def empty_and_long_texts_are_refused(dc):
    a, b_peer, *_ = await dc.pair()
    await refused(a(send(b_peer, " ", 1)), "MessageEmptyError")
    await refused(a(send(b_peer, "x" * 4097, 2)), "MessageTooLongError")
    await a(send(b_peer, "x" * 4096, 3))


def send(peer, text, random_id, **options):
    return functions.messages.SendMessageRequest(peer, text, random_id=random_id, **options)


@checks
async def a_random_id_sends_once(dc):
    a, b_peer, b, a_peer = await dc.pair()
    first = await a(send(b_peer, "once", 77))
    second = await a(send(b_peer, "once", 77))
    assert (first.id, first.pts) == (second.id, second.pts)
    assert len(await b.get_messages(a_peer, limit=10)) == 1


@checks
async def an_edit_arrives(dc):
    a, b_peer, b, a_peer = await dc.pair()
    sent = await a.send_message(b_peer, "before")
    heard = Heard(b, events.MessageEdited())
    edited = await sent.edit("after")
    event = await heard.next()
    assert (edited.raw_text, event.raw_text) == ("after", "after")
    assert event.message.edit_date
    await refused(sent.edit("after"), "MessageNotModifiedError")
    await refused(b.edit_message(a_peer, event.id, "mine"), "MessageAuthorRequiredError")


@checks
async def a_deletion_arrives_with_the_receivers_ids(dc):
    a, b_peer, b, a_peer = await dc.pair()
    await a.send_message("me", "shifts the ids")
    ids = [(await a.send_message(b_peer, f"m{n}")).id for n in range(3)]
    received = [m.id for m in await b.get_messages(a_peer, limit=10)]
    heard = Heard(b, events.MessageDeleted())
    [affected] = await a.delete_messages(b_peer, ids)
    assert affected.pts_count == 3
    assert sorted((await heard.next()).deleted_ids) == sorted(received)
    assert not await b.get_messages(a_peer, limit=10)


@checks
async def an_own_deletion_stays_own(dc):
    a, b_peer, b, a_peer = await dc.pair()
    sent = await a.send_message(b_peer, "keep it there")
    await a.delete_messages(b_peer, [sent.id], revoke=False)
    assert not await a.get_messages(b_peer, limit=10)
    assert len(await b.get_messages(a_peer, limit=10)) == 1


@checks
async def history_pages_both_ways(dc):
    a, b_peer, b, a_peer = await dc.pair()
    status, _ = await dc.post(
        "/send", **{"from": str(a_peer.user_id), "to": str(b_peer.user_id)}, text="m{n}", count=250
    )
    assert status == 200
    newest = [m.raw_text async for m in b.iter_messages(a_peer)]
    assert newest == [f"m{n}" for n in range(250, 0, -1)]
    oldest = [m.raw_text async for m in b.iter_messages(a_peer, reverse=True)]
    assert oldest == newest[::-1]
    between = [m.id async for m in b.iter_messages(a_peer, min_id=10, max_id=15)]
    assert between == [14, 13, 12, 11]
    part = await b.get_messages(a_peer, limit=5)
    assert part.total == 250


@checks
async def messages_are_found_by_id(dc):
    a, b_peer, b, a_peer = await dc.pair()
    sent = await a.send_message(b_peer, "here")
    found = await a.get_messages(b_peer, ids=[sent.id, 9999])
    assert [m and m.raw_text for m in found] == ["here", None]


@checks
async def dialogs_are_listed_newest_first_with_unread_counts(dc):
    a, b_peer, b, a_peer = await dc.pair()
    for user in ("alice", "carol"):
        await b.send_message(user, f"hi {user}")
    await a.send_message(b_peer, "one")
    await a.send_message(b_peer, "two")
    dialogs = await b.get_dialogs()
    assert [d.entity.username for d in dialogs][1:] == ["carol", "alice"]
    assert (dialogs[0].unread_count, dialogs[0].message.raw_text) == (2, "two")
    assert len(await b.get_dialogs(limit=2)) == 2


@checks
async def a_fleet_of_dialogs_pages(dc):
    client = await dc.log_in()
    me = str((await client.get_me()).id)
    for n in range(230):
        status, _ = await dc.post(
            "/send", **{"from": f"+1555000{3000 + n}", "to": me}, text="hello"
        )
        assert status == 200
    dialogs = [d async for d in client.iter_dialogs()]
    assert len(dialogs) == len({d.id for d in dialogs}) == 230


@checks
async def reading_is_told_to_both_sides(dc):
    a, b_peer, b, a_peer = await dc.pair()
    await b.send_message("me", "shifts the ids")
    for n in range(3):
        await a.send_message(b_peer, f"m{n}")
    second = await dc.log_in("+" + (await b.get_me()).phone)
    at_sender = Heard(a, events.MessageRead())
    at_reader = Heard(second, events.MessageRead(inbox=True))
    assert await b.send_read_acknowledge(a_peer)
    assert (await at_sender.next()).max_id == 3
    assert (await at_reader.next()).max_id == 4
    [dialog] = [d for d in await b.get_dialogs() if d.entity.id == a_peer.user_id]
    assert (dialog.unread_count, dialog.dialog.read_inbox_max_id) == (0, 4)
    assert (await a.get_dialogs())[0].dialog.read_outbox_max_id == 3


@checks
async def typing_is_heard(dc):
    a, b_peer, b, a_peer = await dc.pair()
    heard = Heard(b, events.UserUpdate())
    async with a.action(b_peer, "typing"):
        assert (await heard.next()).typing


@checks
async def peer_dialogs_come_with_the_state(dc):
    a, b_peer, b, a_peer = await dc.pair()
    await a.send_message(b_peer, "hi")
    answer = await b(functions.messages.GetPeerDialogsRequest([a_peer]))
    assert (answer.dialogs[0].top_message, answer.state.pts) == (1, 2)
