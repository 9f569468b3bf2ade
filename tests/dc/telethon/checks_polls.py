"""Checks of polls: sending, voting, results, closing."""

from checks_chats import new_channel, new_group, trio
from harness import Checks, Heard, refused
from telethon import events, functions, types

checks = Checks()


def words(text):
    return types.TextWithEntities(text, [])


def poll(*answers, correct=None, question="which?", **kinds):
    answers = [types.PollAnswer(words(a), a.encode()) for a in answers]
    asked = types.Poll(id=0, hash=0, question=words(question), answers=answers, **kinds)
    return types.InputMediaPoll(asked, correct_answers=correct)


async def vote(client, message, *options):
    options = [option.encode() for option in options]
    request = functions.messages.SendVoteRequest(message.peer_id, message.id, options)
    return await client(request)


def counted(results):
    return {r.option.decode(): (r.voters, bool(r.chosen)) for r in results.results or []}


@checks
async def a_poll_is_voted_on_by_all_who_see_it(dc):
    (a, b, c), peers = await trio(dc)
    group = await new_channel(a, peers, megagroup=True)
    heard = Heard(b, events.NewMessage())
    sent = await a.send_message(group, file=poll("yes", "no"))
    seen = (await heard.next()).message
    assert seen.poll.poll.question.text == "which?" and not seen.poll.poll.creator
    assert seen.poll.results.results is None and seen.poll.results.min
    assert sent.poll.poll.creator
    told = Heard(a, events.Raw(types.UpdateMessagePoll))
    at_b = (await b.get_dialogs())[0].entity
    at_c = (await c.get_dialogs())[0].entity
    mine = (await b.get_messages(at_b, limit=1))[0]
    answer = await vote(b, mine, "yes")
    assert counted(answer.updates[0].results) == {"yes": (1, True), "no": (0, False)}
    update = await told.next()
    # Who has not voted sees how many have, and no more.
    assert (update.results.total_voters, update.results.results) == (1, None)
    theirs = (await c.get_messages(at_c, limit=1))[0]
    await vote(c, theirs, "no")
    await vote(b, mine, "no")
    await refused(vote(b, mine, "no", "yes"), "OptionsTooMuchError")
    await refused(vote(b, mine, "perhaps"), "OptionInvalidError")
    results = functions.messages.GetPollResultsRequest(at_c, theirs.id, 0)
    [asked] = (await c(results)).updates
    assert counted(asked.results) == {"yes": (0, False), "no": (2, True)}
    again = functions.messages.GetPollResultsRequest(at_c, theirs.id, asked.poll.hash)
    assert (await c(again)).updates[0].poll is None
    await vote(b, mine)
    assert (await c.get_messages(at_c, limit=1))[0].poll.results.total_voters == 1
    votes = functions.messages.GetPollVotesRequest(at_c, theirs.id, limit=10)
    await refused(c(votes), "MessageIdInvalidError")
    plain = await a.send_message(group, "no poll")
    await refused(vote(a, plain, "yes"), "MessageIdInvalidError")


@checks
async def a_poll_tells_its_voters_if_it_is_public(dc):
    (a, b, c), peers = await trio(dc)
    group = await new_group(a, peers)
    sent = await a.send_message(
        -group.id, file=poll("1", "2", "3", public_voters=True, multiple_choice=True)
    )
    mine = (await b.get_messages(-group.id, limit=1))[0]
    votes = functions.messages.GetPollVotesRequest
    await refused(b(votes(-group.id, mine.id, limit=10)), "PollVoteRequiredError")
    await vote(b, mine, "1", "3")
    await vote(a, sent, "1")
    listed = await b(votes(-group.id, mine.id, limit=1))
    assert (listed.count, len(listed.votes), len(listed.users)) == (2, 1, 1)
    rest = await b(votes(-group.id, mine.id, limit=10, offset=listed.next_offset))
    assert [v.options for v in rest.votes] == [[b"1", b"3"]] and rest.next_offset is None
    [only] = (await b(votes(-group.id, mine.id, limit=10, option=b"3"))).votes
    assert only.peer.user_id == (await b.get_me()).id
    shown = (await c.get_messages(-group.id, limit=1))[0]
    assert len(shown.poll.results.recent_voters) == 2
    await refused(sent.edit("another text"), "MediaPrevInvalidError")
    edited = Heard(b, events.MessageEdited())
    asked = sent.poll.poll
    asked.closed = True
    await a.edit_message(-group.id, sent.id, file=types.InputMediaPoll(asked))
    closed = await edited.next()
    assert closed.message.poll.poll.closed
    await refused(vote(c, shown, "2"), "MessagePollClosedError")
    # Once it is closed everybody sees the results.
    assert counted((await c.get_messages(-group.id, limit=1))[0].poll.results)["1"] == (2, False)
    channel = await new_channel(a, broadcast=True)
    public = a.send_message(channel, file=poll("1", "2", public_voters=True))
    await refused(public, "BroadcastPublicVotersForbiddenError")


@checks
async def a_quiz_is_answered_once_and_tells_what_is_right(dc):
    (a, b, _), peers = await trio(dc)
    group = await new_channel(a, peers, megagroup=True)
    bad = a.send_message(group, file=poll("one", "two", quiz=True))
    await refused(bad, "QuizCorrectAnswersEmptyError")
    bad = a.send_message(group, file=poll("one", "two", quiz=True, correct=[2]))
    await refused(bad, "QuizCorrectAnswerInvalidError")
    await refused(a.send_message(group, file=poll("one")), "PollAnswersInvalidError")
    await refused(a.send_message(group, file=poll("x", "x")), "PollOptionDuplicateError")
    await refused(a.send_message(group, file=poll("x", "y", question="")), "PollQuestionInvalidError")
    await a.send_message(group, file=poll("one", "two", quiz=True, correct=[1]))
    theirs = (await b.get_dialogs())[0]
    [answer] = (await vote(b, theirs.message, "one")).updates
    assert [r.correct for r in answer.results.results] == [False, True]
    await refused(vote(b, theirs.message, "two"), "RevoteNotAllowedError")
    forwarded = await b.forward_messages("me", theirs.message)
    assert forwarded.poll.results.total_voters == 1
    await a.edit_permissions(group, await a.get_input_entity((await b.get_me()).username), send_polls=False)
    await refused(b.send_message(theirs.entity, file=poll("1", "2")), "ChatSendPollForbiddenError")
