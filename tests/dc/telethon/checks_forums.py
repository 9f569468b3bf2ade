"""Checks of forums: topics, messages in them, their lists."""

from checks_chats import new_channel, trio
from harness import Checks, Heard, refused
from telethon import events, functions, types

checks = Checks()

messages = functions.messages


async def forum(dc):
    """A forum of three, as each of them sees it: (clients, chats)."""
    clients, peers = await trio(dc)
    made = await new_channel(clients[0], peers, megagroup=True, forum=True)
    chats = [made] + [(await client.get_dialogs())[0].entity for client in clients[1:]]
    return clients, chats


async def new_topic(client, chat, title, **options):
    """The id of a new topic, which is that of its service message."""
    answer = await client(messages.CreateForumTopicRequest(chat, title, **options))
    [made] = [u.message for u in answer.updates if isinstance(u, types.UpdateNewChannelMessage)]
    assert made.action.title == title
    return made.id


async def topics(client, chat, **options):
    options = {"offset_date": None, "offset_id": 0, "offset_topic": 0, "limit": 100, **options}
    return await client(messages.GetForumTopicsRequest(chat, **options))


@checks
async def a_supergroup_becomes_a_forum_and_back(dc):
    (a, b, _), peers = await trio(dc)
    group = await new_channel(a, peers, megagroup=True)
    theirs = (await b.get_dialogs())[0].entity
    toggle = functions.channels.ToggleForumRequest
    await refused(topics(a, group), "ChannelForumMissingError")
    await refused(b(toggle(theirs, True, False)), "ChatAdminRequiredError")
    told = Heard(b, events.Raw(types.UpdateChannel))
    await a(toggle(group, True, True))
    await told.next()
    seen = await b.get_entity(theirs)
    assert (seen.forum, seen.forum_tabs) == (True, True)
    await refused(a(toggle(group, True, True)), "ChatNotModifiedError")
    [general] = (await topics(b, theirs)).topics
    assert (general.id, general.title) == (1, "General")
    await a(toggle(group, False, False))
    assert not (await b.get_entity(theirs)).forum
    news = await new_channel(a, broadcast=True)
    await refused(a(toggle(news, True, False)), "ChatIdInvalidError")


@checks
async def messages_stand_in_their_topics(dc):
    (a, b, c), (at_a, at_b, at_c) = await forum(dc)
    heard = Heard(b, events.NewMessage())
    talk = await new_topic(a, at_a, "talk", icon_color=0xFFD67E)
    first = await a.send_message(at_a, "in the topic", reply_to=talk)
    assert first.reply_to.forum_topic
    assert (first.reply_to.reply_to_msg_id, first.reply_to.reply_to_top_id) == (talk, None)
    theirs = (await heard.next()).message
    assert (theirs.id, theirs.reply_to.forum_topic) == (first.id, True)
    answer = await b.send_message(at_b, "an answer", reply_to=theirs)
    header = answer.reply_to
    assert (header.reply_to_msg_id, header.reply_to_top_id) == (first.id, talk)
    plain = await c.send_message(at_c, "for everybody")
    assert plain.reply_to is None
    texts = [m.raw_text async for m in a.iter_messages(at_a, reply_to=talk) if m.message]
    assert texts == ["an answer", "in the topic"]
    general = [m.raw_text async for m in a.iter_messages(at_a, reply_to=1) if m.message]
    assert general == ["for everybody"]
    found = await a(
        messages.SearchRequest(
            at_a, "an", types.InputMessagesFilterEmpty(), None, None, 0, 0, 10, 0, 0, 0, top_msg_id=talk
        )
    )
    assert [m.message for m in found.messages] == ["an answer"]
    forwarded = await a(
        messages.ForwardMessagesRequest(at_a, [plain.id], at_a, random_id=[1], top_msg_id=talk)
    )
    [copy] = [u.message for u in forwarded.updates if isinstance(u, types.UpdateNewChannelMessage)]
    assert copy.reply_to.reply_to_msg_id == talk
    await refused(a.send_message(at_a, "x", reply_to=9999), "REPLY_MESSAGE_ID_INVALID")


@checks
async def topics_are_listed_changed_closed_and_deleted(dc):
    (a, b, c), (at_a, at_b, at_c) = await forum(dc)
    one = await new_topic(a, at_a, "one")
    two = await new_topic(b, at_b, "two")
    await c.send_message(at_c, "newest", reply_to=one)
    listed = await topics(b, at_b)
    assert [t.id for t in listed.topics] == [one, two, 1] and listed.count == 3
    top = listed.topics[0]
    assert (top.unread_count, top.my, len(listed.messages)) == (2, False, 3)
    second = await topics(b, at_b, limit=2, offset_topic=one)
    assert [t.id for t in second.topics] == [two, 1]
    assert [t.id for t in (await topics(b, at_b, q="TWO")).topics] == [two]
    phone = await dc.log_in("+" + (await b.get_me()).phone)
    read = Heard(phone, events.Raw(types.UpdateReadChannelDiscussionInbox))
    await b(messages.ReadDiscussionRequest(at_b, one, top.top_message))
    assert (await read.next()).top_msg_id == one
    assert (await topics(b, at_b)).topics[0].unread_count == 0
    pinned = Heard(c, events.Raw(types.UpdatePinnedForumTopic))
    pin = messages.UpdatePinnedForumTopicRequest
    await refused(b(pin(at_b, two, True)), "ChatAdminRequiredError")
    await a(pin(at_a, two, True))
    assert (await pinned.next()).topic_id == two
    assert [t.id for t in (await topics(b, at_b)).topics] == [two, one, 1]
    edit = messages.EditForumTopicRequest
    await refused(c(edit(at_c, two, title="mine")), "ChatAdminRequiredError")
    changed = await b(edit(at_b, two, title="second"))
    service = [u.message for u in changed.updates if hasattr(u, "message")][-1]
    assert (service.action.title, service.reply_to.reply_to_msg_id) == ("second", two)
    await refused(b(edit(at_b, two, title="second")), "TOPIC_NOT_MODIFIED")
    await b(edit(at_b, two, closed=True))
    await refused(c.send_message(at_c, "late", reply_to=two), "TOPIC_CLOSED")
    await a.send_message(at_a, "an admin may", reply_to=two)
    await a(edit(at_a, 1, hidden=True))
    delete = messages.DeleteTopicHistoryRequest
    await refused(c(delete(at_c, one)), "ChatAdminRequiredError")
    gone = Heard(b, events.MessageDeleted())
    await a(delete(at_a, one))
    assert one in (await gone.next()).deleted_ids
    by_id = await a(messages.GetForumTopicsByIDRequest(at_a, [one, two, 1]))
    kinds = [type(t).__name__ for t in by_id.topics]
    assert kinds == ["ForumTopicDeleted", "ForumTopic", "ForumTopic"]
    assert (by_id.topics[1].closed, by_id.topics[1].title, by_id.topics[2].hidden) == (
        True,
        "second",
        True,
    )
    to_gone = types.InputReplyToMessage(one, top_msg_id=one)
    late = messages.SendMessageRequest(at_c, "late", reply_to=to_gone)
    await refused(c(late), "TopicDeletedError")
    log = await a(
        functions.channels.GetAdminLogRequest(
            at_a, "", 0, 0, 10, events_filter=types.ChannelAdminLogEventsFilter(forums=True)
        )
    )
    kinds = [type(e.action).__name__.removeprefix("ChannelAdminLogEventAction") for e in log.events]
    assert kinds == ["EditTopic"] * 3 + ["CreateTopic"] * 2 + ["ToggleForum"]
    muted = types.ChatBannedRights(None, manage_topics=True)
    await a(messages.EditChatDefaultBannedRightsRequest(at_a, muted))
    await refused(new_topic(c, at_c, "three"), "ChatWriteForbiddenError")
