"""Checks of the link and of logging in and out."""

from harness import CODE, Checks, refused
from telethon import functions, types
from telethon.crypto import rsa as trusted
from telethon.password import compute_check
from telethon.sessions import StringSession

checks = Checks()


@checks
async def the_full_framing_connects(dc):
    client = dc.client("full")
    await client.connect()
    config = await client(functions.help.GetConfigRequest())
    assert {option.id for option in config.dc_options} == {1, 2, 3, 4, 5}
    assert all(option.port == dc.port for option in config.dc_options)


@checks
async def the_abridged_framing_connects(dc):
    client = dc.client("abridged")
    await client.connect()
    assert (await client(functions.help.GetNearestDcRequest())).this_dc == 2


@checks
async def the_intermediate_framing_connects(dc):
    client = dc.client("intermediate")
    await client.connect()
    assert (await client(functions.help.GetNearestDcRequest())).nearest_dc == 2


@checks
async def the_obfuscated_framing_connects(dc):
    client = dc.client("obfuscated")
    await client.connect()
    assert (await client(functions.help.GetNearestDcRequest())).nearest_dc == 2


@checks
async def the_padded_framing_connects(dc):
    client = dc.client("padded")
    await client.connect()
    assert (await client(functions.help.GetNearestDcRequest())).nearest_dc == 2


@checks
async def another_key_is_refused(dc):
    kept = dict(trusted._server_keys)
    del trusted._server_keys[dc.fingerprint]
    try:
        await refused(dc.client(connection_retries=0).connect(), "ConnectionError")
    finally:
        trusted._server_keys.update(kept)


@checks
async def alice_logs_in_with_the_code(dc):
    client = await dc.log_in("+15550000001")
    me = await client.get_me()
    assert (me.first_name, me.username, me.phone) == ("Alice", "alice", "15550000001")
    assert await client.is_user_authorized()


@checks
async def bob_needs_his_password(dc):
    client = dc.client()
    await client.connect()
    await client.send_code_request("+15550000002")
    await refused(client.sign_in("+15550000002", CODE), "SessionPasswordNeededError")
    assert not await client.is_user_authorized()
    me = await client.sign_in(password="bob-password")
    assert me.username == "bob"


@checks
async def a_wrong_password_is_refused_and_can_be_tried_again(dc):
    client = dc.client()
    await client.connect()
    await client.send_code_request("+15550000002")
    await refused(client.sign_in("+15550000002", CODE), "SessionPasswordNeededError")
    await refused(client.sign_in(password="wrong"), "PasswordHashInvalidError")
    assert (await client.sign_in(password="bob-password")).username == "bob"


@checks
async def a_stale_password_exchange_is_refused(dc):
    client = dc.client()
    await client.connect()
    await client.send_code_request("+15550000002")
    await refused(client.sign_in("+15550000002", CODE), "SessionPasswordNeededError")
    first = await client(functions.account.GetPasswordRequest())
    second = await client(functions.account.GetPasswordRequest())
    assert first.srp_id != second.srp_id and first.srp_B != second.srp_B

    stale = functions.auth.CheckPasswordRequest(compute_check(first, "bob-password"))
    await refused(client(stale), "SrpIdInvalidError")


@checks
async def a_wrong_code_is_refused_and_can_be_tried_again(dc):
    client = dc.client()
    await client.connect()
    phone = dc.new_phone()
    await client.send_code_request(phone)
    await refused(client.sign_in(phone, "54321"), "PhoneCodeInvalidError")
    me = await client.sign_in(phone, CODE)
    assert me.first_name == f"User {phone[-4:]}"


@checks
async def an_empty_code_is_refused(dc):
    client = dc.client()
    await client.connect()
    phone = dc.new_phone()
    sent = await client.send_code_request(phone)
    request = functions.auth.SignInRequest(phone, sent.phone_code_hash, "")
    await refused(client(request), "PhoneCodeEmptyError")


@checks
async def a_cancelled_code_is_expired(dc):
    client = dc.client()
    await client.connect()
    phone = dc.new_phone()
    sent = await client.send_code_request(phone)
    assert await client(functions.auth.CancelCodeRequest(phone, sent.phone_code_hash))
    await refused(client.sign_in(phone, CODE), "PhoneCodeExpiredError")


@checks
async def a_resent_code_keeps_its_hash(dc):
    client = dc.client()
    await client.connect()
    phone = dc.new_phone()
    sent = await client.send_code_request(phone)
    again = await client(functions.auth.ResendCodeRequest(phone, sent.phone_code_hash))
    assert again.phone_code_hash == sent.phone_code_hash
    assert isinstance(again.type, types.auth.SentCodeTypeSms)
    await client.sign_in(phone, CODE, phone_code_hash=again.phone_code_hash)


@checks
async def numbers_that_do_not_exist_are_refused(dc):
    client = dc.client()
    await client.connect()
    for phone in ("+4915112345678", "12", "+155500000001"):
        await refused(client.send_code_request(phone), "PhoneNumberInvalidError")


@checks
async def nobody_calls_without_a_login(dc):
    client = dc.client()
    await client.connect()
    assert not await client.is_user_authorized()
    await refused(client(functions.updates.GetStateRequest()), "AuthKeyUnregisteredError")


@checks
async def a_session_string_logs_in_again_without_a_code(dc):
    first = await dc.log_in()
    text = StringSession.save(first.session)
    me = await first.get_me()
    await first.disconnect()
    again = dc.client(session=StringSession(text))
    await again.connect()
    assert (await again.get_me()).id == me.id


@checks
async def log_out_ends_the_authorisation(dc):
    client = await dc.log_in()
    text = StringSession.save(client.session)
    assert await client.log_out()
    again = dc.client(session=StringSession(text))
    await again.connect()
    await refused(again(functions.updates.GetStateRequest()), "AuthKeyUnregisteredError")


@checks
async def a_revoked_session_is_told_so(dc):
    client = await dc.log_in()
    phone = "+" + (await client.get_me()).phone
    status, body = await dc.post("/revoke", account=phone)
    assert (status, body["count"]) == (200, 1)
    await refused(client(functions.updates.GetStateRequest()), "SessionRevokedError")


@checks
async def an_authorisation_moves_to_another_data_centre(dc):
    client = await dc.log_in()
    exported = await client(functions.auth.ExportAuthorizationRequest(4))
    other = dc.client()
    await other.connect()
    await other(functions.auth.ImportAuthorizationRequest(exported.id, exported.bytes))
    assert (await other.get_me()).id == (await client.get_me()).id


@checks
async def an_unknown_method_is_refused_by_name(dc):
    client = await dc.log_in()
    error = await refused(client(functions.help.GetPromoDataRequest()), "INPUT_METHOD_INVALID")
    assert error.code == 400


@checks
async def the_other_sessions_can_be_ended(dc):
    first = await dc.log_in()
    second = await dc.log_in("+" + (await first.get_me()).phone)
    listed = await first(functions.account.GetAuthorizationsRequest())
    assert len(listed.authorizations) == 2
    await first(functions.auth.ResetAuthorizationsRequest())
    await refused(second(functions.updates.GetStateRequest()), "SessionRevokedError")
