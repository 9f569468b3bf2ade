"""Checks of logging in by QR code."""

import asyncio
import base64

from harness import Checks, refused
from telethon import functions

checks = Checks()


def text_of(qr):
    return base64.urlsafe_b64encode(qr.token).decode().rstrip("=")


async def scan(dc, phone, qr):
    return await dc.post("/scan", account=phone, token="tg://login?token=" + text_of(qr))


async def waiting(dc):
    """A client that shows a QR code and listens for its scan."""
    client = dc.client()
    await client.connect()
    qr = await client.qr_login()
    wait = asyncio.ensure_future(qr.wait(20))
    await asyncio.sleep(0)
    return client, qr, wait


@checks
async def a_scan_by_the_control_port_logs_in(dc):
    phone = dc.new_phone()
    client, qr, wait = await waiting(dc)
    assert await scan(dc, phone, qr) == (200, {"count": 1})
    assert "+" + (await wait).phone == phone
    assert await client.is_user_authorized()


@checks
async def a_scan_by_another_client_logs_in(dc):
    phone = await dc.log_in()
    client, qr, wait = await waiting(dc)
    shown = await phone(functions.auth.AcceptLoginTokenRequest(qr.token))
    assert shown.unconfirmed and not shown.password_pending
    assert (await wait).id == (await phone.get_me()).id
    again = functions.auth.AcceptLoginTokenRequest(qr.token)
    await refused(phone(again), "AuthTokenAlreadyAcceptedError")


@checks
async def a_token_is_the_same_until_it_expires(dc):
    phone = await dc.log_in()
    client = dc.client()
    await client.connect()
    qr = await client.qr_login()
    first = qr.token
    await qr.recreate()
    assert qr.token == first
    # It lasts 30 seconds; of a server whose clock is further ahead Telethon takes no answer.
    await dc.post("/fault", kind="skew", seconds=29)
    try:
        while qr.token == first:
            await asyncio.sleep(0.1)
            await qr.recreate()
        await refused(phone(functions.auth.AcceptLoginTokenRequest(first)), "AuthTokenExpiredError")
        wait = asyncio.ensure_future(qr.wait(20))
        await asyncio.sleep(0)
        await phone(functions.auth.AcceptLoginTokenRequest(qr.token))
        assert (await wait).id == (await phone.get_me()).id
    finally:
        await dc.post("/fault", kind="skew", seconds=0)


@checks
async def nonsense_is_no_token(dc):
    phone = await dc.log_in()
    request = functions.auth.AcceptLoginTokenRequest(b"nonsense")
    await refused(phone(request), "AuthTokenInvalidError")
    client = dc.client()
    await client.connect()
    request = functions.auth.ImportLoginTokenRequest(b"nonsense")
    await refused(client(request), "AuthTokenInvalidError")


@checks
async def an_account_that_the_client_has_cannot_scan(dc):
    phone = await dc.log_in()
    client = dc.client()
    await client.connect()
    qr = await client.qr_login([(await phone.get_me()).id])
    request = functions.auth.AcceptLoginTokenRequest(qr.token)
    await refused(phone(request), "AuthTokenExceptionError")


@checks
async def a_password_is_asked_for_after_the_scan(dc):
    client, qr, wait = await waiting(dc)
    assert (await scan(dc, "bob", qr))[0] == 200
    await refused(wait, "SessionPasswordNeededError")
    assert not await client.is_user_authorized()
    await refused(client.sign_in(password="wrong"), "PasswordHashInvalidError")
    assert (await client.sign_in(password="bob-password")).username == "bob"


@checks
async def who_lives_elsewhere_is_let_in_there(dc):
    phone = dc.new_phone()
    await dc.post("/fault", link=phone, kind="migrate", dc=4)
    client, qr, wait = await waiting(dc)
    before = client.session.auth_key.key
    assert (await scan(dc, phone, qr))[0] == 200
    assert "+" + (await wait).phone == phone
    assert client.session.dc_id == 4 and client.session.auth_key.key != before
    assert await client.is_user_authorized()
