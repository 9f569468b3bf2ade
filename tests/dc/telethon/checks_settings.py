"""Checks of what a person sets up on one device and finds on all of them."""

from harness import Checks, Heard, refused
from telethon import events, functions, types

checks = Checks()

named = types.TextWithEntities


async def two_devices(dc):
    """One account on two devices, and somebody it can write to."""
    client = await dc.log_in()
    second = await dc.log_in("+" + (await client.get_me()).phone)
    return client, second, await client.get_input_entity("alice")


@checks
async def a_draft_is_on_all_devices_until_it_is_sent(dc):
    client, second, alice = await two_devices(dc)
    told = Heard(second, events.Raw(types.UpdateDraftMessage))
    save = functions.messages.SaveDraftRequest
    assert await client(save(alice, "begun", no_webpage=True))
    assert (await told.next()).draft.message == "begun"
    every = await second(functions.messages.GetAllDraftsRequest())
    [only] = every.updates
    assert (only.draft.message, only.draft.no_webpage) == ("begun", True)
    assert only.peer.user_id == alice.user_id and every.users
    await client.send_message("alice", "first")
    shown = [d for d in await second.get_dialogs() if d.entity.username == "alice"]
    assert shown[0].draft.text == "begun"
    # What is refused is not sent: the draft stays.
    long = client.send_message("alice", "x" * 4097, clear_draft=True)
    await refused(long, "MessageTooLongError")
    assert len((await second(functions.messages.GetAllDraftsRequest())).updates) == 1
    await client.send_message("alice", "begun", clear_draft=True)
    assert type((await told.next()).draft).__name__ == "DraftMessageEmpty"
    assert (await client(functions.messages.GetAllDraftsRequest())).updates == []
    await refused(client(save(alice, "x" * 4097)), "MessageTooLongError")
    for peer in (alice, "me"):
        await client(save(peer, "again"))
        await told.next()
    assert await client(functions.messages.ClearAllDraftsRequest())
    for _ in range(2):
        assert type((await told.next()).draft).__name__ == "DraftMessageEmpty"
    await client(save(alice, "gone"))
    await client(save(alice, ""))
    assert (await client(functions.messages.GetAllDraftsRequest())).updates == []


@checks
async def a_chat_is_muted_on_all_devices(dc):
    client, second, alice = await two_devices(dc)
    told = Heard(second, events.Raw(types.UpdateNotifySettings))
    update = functions.account.UpdateNotifySettingsRequest
    mute = types.InputPeerNotifySettings(mute_until=2**31 - 1, silent=True)
    peer = types.InputNotifyPeer(alice)
    assert await client(update(peer, mute))
    heard = await told.next()
    assert heard.peer.peer.user_id == alice.user_id
    assert heard.notify_settings.silent
    get = functions.account.GetNotifySettingsRequest
    settings = await second(get(peer))
    assert (settings.silent, settings.mute_until.year) == (True, 2038)
    await client.send_message("alice", "hi")
    [dialog] = [d for d in await second.get_dialogs() if d.entity.username == "alice"]
    assert dialog.dialog.notify_settings.silent
    full = await second(functions.users.GetFullUserRequest(alice))
    assert full.full_user.notify_settings.silent
    assert await client(update(types.InputNotifyUsers(), mute))
    assert type((await told.next()).peer).__name__ == "NotifyUsers"
    assert (await second(get(types.InputNotifyChats()))).silent is None
    assert await client(functions.account.ResetNotifySettingsRequest())
    assert (await client(get(peer))).mute_until is None


@checks
async def folders_are_made_changed_ordered_and_deleted(dc):
    client, second, alice = await two_devices(dc)
    update = functions.messages.UpdateDialogFilterRequest

    def folder(number, title="work", include=(alice,), **kinds):
        title = named(title, [])
        peers = list(include)
        return types.DialogFilter(number, title, [], peers, [], **kinds)

    async def listed(of):
        answer = await of(functions.messages.GetDialogFiltersRequest())
        return [getattr(f, "id", 0) for f in answer.filters]

    assert await listed(client) == [0]
    told = Heard(second, events.Raw(types.UpdateDialogFilter))
    assert await client(update(2, folder(2)))
    assert (await told.next()).filter.title.text == "work"
    assert await client(update(3, folder(3, "all", (), groups=True)))
    assert await listed(second) == [0, 2, 3]
    await refused(client(update(1, folder(1))), "FilterIdInvalidError")
    await refused(client(update(4, folder(4, " "))), "FilterTitleEmptyError")
    await refused(client(update(4, folder(4, "x", ()))), "FilterIncludeEmptyError")
    await refused(client(update(9)), "FilterIdInvalidError")
    ordered = Heard(second, events.Raw(types.UpdateDialogFilterOrder))
    assert await client(functions.messages.UpdateDialogFiltersOrderRequest([3, 0, 2]))
    assert (await ordered.next()).order == [3, 0, 2]
    assert await listed(second) == [3, 0, 2]
    await told.next()
    assert await client(update(2))
    assert (await told.next()).filter is None
    assert await listed(second) == [3, 0]


@checks
async def a_password_is_set_changed_and_removed(dc):
    client = await dc.log_in()
    phone = "+" + (await client.get_me()).phone
    assert await client.edit_2fa(new_password="first", hint="one")
    asked = await client(functions.account.GetPasswordRequest())
    assert (asked.has_password, asked.hint) == (True, "one")
    again = await dc.log_in(phone, password="first")
    assert await again.is_user_authorized()
    wrong = client.edit_2fa(current_password="other", new_password="x")
    await refused(wrong, "PasswordHashInvalidError")
    assert await client.edit_2fa(current_password="first", new_password="second")
    await refused(dc.log_in(phone, password="first"), "PasswordHashInvalidError")
    assert await (await dc.log_in(phone, password="second")).is_user_authorized()
    assert await client.edit_2fa(current_password="second", new_password=None)
    assert not (await client(functions.account.GetPasswordRequest())).has_password
    assert await (await dc.log_in(phone)).is_user_authorized()


@checks
async def a_code_is_written_to_the_other_log_ins(dc):
    client = await dc.log_in()
    phone = "+" + (await client.get_me()).phone
    heard = Heard(client, events.NewMessage(chats=777000))
    other = dc.client()
    await other.connect()
    await dc.post("/rules", codes_are_written=True)
    await other.send_code_request(phone)
    written = await heard.next()
    await dc.post("/rules", codes_are_written=False)
    assert "12345" in written.raw_text
    sender = await written.get_sender()
    assert (sender.first_name, sender.verified, sender.support) == ("Telegram", True, True)


@checks
async def a_history_is_deleted_on_one_side_or_both(dc):
    a, b_peer, b, a_peer = await dc.pair()
    second = await dc.log_in("+" + (await a.get_me()).phone)
    for text in ("one", "two", "three"):
        await a.send_message(b_peer, text)
    gone = Heard(second, events.MessageDeleted())
    delete = functions.messages.DeleteHistoryRequest
    first = (await a.get_messages(b_peer, limit=1, reverse=True))[0].id
    affected = await a(delete(b_peer, max_id=first, just_clear=True))
    assert (affected.pts_count, affected.offset) == (1, 0)
    assert (await gone.next()).deleted_ids == [first]
    assert [m.raw_text for m in await b.get_messages(a_peer, limit=9)] == ["three", "two", "one"]
    theirs = Heard(b, events.MessageDeleted())
    affected = await a(delete(b_peer, max_id=0, revoke=True))
    assert affected.pts_count == 2
    assert len((await theirs.next()).deleted_ids) == 2
    assert [m.raw_text for m in await b.get_messages(a_peer, limit=9)] == ["one"]
    assert not [d for d in await a.get_dialogs() if d.id == b_peer.user_id]
    await refused(a(delete(b_peer, max_id=-1)), "MaxIdInvalidError")
