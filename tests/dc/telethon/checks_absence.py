"""Checks of absences, cut links, floods, and of the control port."""

import asyncio

from harness import Checks, Heard, refused, until, without
from telethon import events, functions, types
from telethon.sessions import StringSession

checks = Checks()


# It asks for the edit of a message that is new as well.
@checks
@without("differences_omit")
async def what_was_missed_offline_is_caught_up(dc):
    a, b_peer, b, a_peer = await dc.pair()
    await a.send_message(b_peer, "before")
    await until(lambda: at_pts(b, 2))
    text = StringSession.save(b.session)
    state = await b(functions.updates.GetStateRequest())
    await b.disconnect()
    ids = [(await a.send_message(b_peer, f"missed {n}")).id for n in range(10)]
    await a.edit_message(b_peer, ids[1], "changed")
    await a.delete_messages(b_peer, [ids[0]])
    again = dc.client(session=StringSession(text))
    await again.connect()
    missed = await again(
        functions.updates.GetDifferenceRequest(state.pts, state.date, state.qts)
    )
    texts = [m.message for m in missed.new_messages]
    assert texts == ["changed"] + [f"missed {n}" for n in range(2, 10)]
    kinds = [type(u).__name__ for u in missed.other_updates]
    assert kinds == ["UpdateEditMessage", "UpdateDeleteMessages"]
    assert missed.state.pts == state.pts + 12
    assert {u.id for u in missed.users} == {a_peer.user_id, b_peer.user_id}


async def at_pts(client, pts):
    return (await client(functions.updates.GetStateRequest())).pts >= pts


@checks
async def a_long_absence_comes_in_slices(dc):
    a, b_peer, b, a_peer = await dc.pair()
    pts, seen = 1, []
    names = {"from": str(a_peer.user_id), "to": str(b_peer.user_id)}
    await dc.post("/send", **names, text="m{n}", count=250)
    state = await b(functions.updates.GetStateRequest())
    for slices in range(10):
        answer = await b(functions.updates.GetDifferenceRequest(pts, state.date, 0))
        seen += [m.message for m in answer.new_messages]
        if isinstance(answer, types.updates.Difference):
            break
        assert isinstance(answer, types.updates.DifferenceSlice)
        pts = answer.intermediate_state.pts
    assert slices == 2 and seen == [f"m{n}" for n in range(1, 251)]
    empty = await b(functions.updates.GetDifferenceRequest(state.pts, state.date, 0))
    assert isinstance(empty, types.updates.DifferenceEmpty)
    short = functions.updates.GetDifferenceRequest(1, state.date, 0, pts_total_limit=100)
    assert isinstance(await b(short), types.updates.DifferenceTooLong)


@checks
async def telethon_itself_catches_up_after_a_dropped_link(dc):
    a, b_peer, b, a_peer = await dc.pair()
    heard = Heard(b, events.NewMessage(incoming=True))
    await a.send_message(b_peer, "first")
    await heard.next()
    await b.disconnect()
    for n in range(5):
        await a.send_message(b_peer, f"missed {n}")
    await b.connect()
    await b.catch_up()
    assert [(await heard.next()).raw_text for _ in range(5)] == [f"missed {n}" for n in range(5)]


@checks
async def calls_go_on_after_a_cut_link(dc):
    a, b_peer, b, a_peer = await dc.pair()
    status, body = await dc.post("/fault", link=str(a_peer.user_id), kind="drop")
    assert (status, body["count"]) == (200, 1)
    await until(lambda: sent_text(a, b_peer))
    assert (await b.get_messages(a_peer, limit=1))[0].raw_text == "after the cut"


async def sent_text(client, peer):
    try:
        await client.send_message(peer, "after the cut")
        return True
    except ConnectionError:
        return False


@checks
async def a_flood_wait_is_told_with_its_seconds(dc):
    a, b_peer, *_ = await dc.pair()
    a.flood_sleep_threshold = 0
    me = str((await a.get_me()).id)
    fault = {"method": "messages.sendMessage", "kind": "error", "account": me}
    await dc.post("/fault", **fault, code=420, error="FLOOD_WAIT_31", count=2)
    # Telethon remembers a wait and does not even ask again, so the second call goes around it.
    error = await refused(a.send_message(b_peer, "x"), "FloodWaitError")
    assert error.seconds == 31
    a._flood_waited_requests.clear()
    await refused(a.send_message(b_peer, "x"), "FloodWaitError")
    a._flood_waited_requests.clear()
    await a.send_message(b_peer, "x")


@checks
async def a_large_answer_comes_whole(dc):
    a, b_peer, b, a_peer = await dc.pair()
    names = {"from": str(a_peer.user_id), "to": str(b_peer.user_id)}
    await dc.post("/send", **names, text="x" * 4000 + "{n}", count=100)
    messages = await b.get_messages(a_peer, limit=100)
    assert [m.raw_text[4000:] for m in messages] == [str(n) for n in range(100, 0, -1)]


@checks
async def many_calls_at_once_are_all_answered(dc):
    a, b_peer, b, a_peer = await dc.pair()
    sent = await asyncio.gather(*(a.send_message(b_peer, f"p{n}") for n in range(100)))
    assert len({message.id for message in sent}) == 100
    assert len(await b.get_messages(a_peer, limit=200)) == 100


@checks
async def the_control_port_refuses_nonsense_with_the_reason(dc):
    for path, body in [
        ("/send", {"from": "alice", "to": "nobody-there", "text": "x"}),
        ("/send", {"from": "alice", "to": "bob"}),
        ("/send", {"from": "alice", "to": "bob", "text": "x", "count": 0}),
        ("/send", {"from": "alice", "to": "bob", "text": "x", "extra": 1}),
        ("/fault", {"kind": "error"}),
        ("/fault", {"kind": "nonsense", "method": "*"}),
        ("/revoke", {"account": ""}),
    ]:
        status, answer = await dc.post(path, **body)
        assert status == 400 and answer["error"], (path, body, status, answer)


@checks
async def the_ledger_and_the_figures_tell_what_happened(dc):
    a, b_peer, b, a_peer = await dc.pair()
    _, before = await dc.get("/ledger")
    names = {"from": str(a_peer.user_id), "to": str(b_peer.user_id)}
    _, sent = await dc.post("/send", **names, text="ledger")
    [ids] = sent["messages"]
    await dc.post("/edit", account=names["from"], message_id=ids["sender"], text="changed")
    await dc.post("/delete", account=names["from"], message_ids=[ids["sender"]])
    _, after = await dc.get(f"/ledger?from={before['total']}")
    [entry] = after["messages"]
    assert (entry["text"], entry["edits"][0]["before"]) == ("changed", "ledger")
    assert {w["user_id"] for w in entry["accounts"]} == {a_peer.user_id, b_peer.user_id}
    assert all(w["deleted"] for w in entry["accounts"])
    _, stats = await dc.get("/stats")
    assert stats["connections"] >= 2 and stats["calls"]["auth.signIn"] >= 2
