"""Checks of what an account says of itself, whom it has blocked, and where it is logged in."""

from harness import Checks, Heard, refused
from telethon import events, functions, types

checks = Checks()


@checks
async def a_username_is_checked_changed_and_taken_away(dc):
    client = await dc.log_in()
    second = await dc.log_in("+" + (await client.get_me()).phone)
    check = functions.account.CheckUsernameRequest
    update = functions.account.UpdateUsernameRequest
    assert await client(check("quite_new"))
    await refused(client(check("alice")), "UsernameOccupiedError")
    await refused(client(check("a-b")), "UsernameInvalidError")
    told = Heard(second, events.Raw(types.UpdateUserName))
    assert (await client(update("quite_new"))).username == "quite_new"
    assert [name.username for name in (await told.next()).usernames] == ["quite_new"]
    await refused(client(update("Quite_New")), "UsernameNotModifiedError")
    await refused(client(update("alice")), "UsernameOccupiedError")
    assert (await second.get_entity("quite_new")).is_self
    assert (await client(update(""))).username is None
    assert await client(check("quite_new"))


@checks
async def a_profile_keeps_what_is_left_out(dc):
    client = await dc.log_in()
    update = functions.account.UpdateProfileRequest
    me = await client(update(first_name="Ada", last_name="L"))
    assert (me.first_name, me.last_name) == ("Ada", "L")
    me = await client(update(about="counts"))
    assert (me.first_name, me.last_name) == ("Ada", "L")
    full = await client(functions.users.GetFullUserRequest("me"))
    assert full.full_user.about == "counts"
    await refused(client(update(first_name=" ")), "FirstNameInvalidError")
    await refused(client(update(about="x" * 71)), "AboutTooLongError")


@checks
async def the_blocked_are_listed_in_pages(dc):
    client = await dc.log_in()
    listed = functions.contacts.GetBlockedRequest
    assert (await client(listed(offset=0, limit=10))).blocked == []
    for name in ("alice", "bob"):
        assert await client(functions.contacts.BlockRequest(name))
    first = await client(listed(offset=0, limit=1))
    assert (first.count, len(first.blocked)) == (2, 1)
    every = await client(listed(offset=0, limit=10))
    assert {user.username for user in every.users} == {"alice", "bob"}
    assert await client(functions.contacts.UnblockRequest("bob"))
    assert len((await client(listed(offset=0, limit=10))).blocked) == 1


@checks
async def another_log_in_is_ended_by_its_hash(dc):
    client = await dc.log_in()
    second = await dc.log_in("+" + (await client.get_me()).phone)
    reset = functions.account.ResetAuthorizationRequest
    every = await client(functions.account.GetAuthorizationsRequest())
    [other] = [one.hash for one in every.authorizations if not one.current]
    await refused(client(reset(hash=other + 1)), "HashInvalidError")
    assert await client(reset(hash=other))
    await refused(second(functions.updates.GetStateRequest()), "SessionRevokedError")
    assert len((await client(functions.account.GetAuthorizationsRequest())).authorizations) == 1
