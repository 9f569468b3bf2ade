"""Checks of files: uploads, downloads, albums, previews, other data centres."""

import datetime
import hashlib
import io
import random
import struct
import zlib

from harness import Checks, Heard, refused, without
from telethon import events, functions, types

checks = Checks()

KIB, MIB = 1024, 1024 * 1024


def content(size, seed=1):
    return random.Random(seed).randbytes(size)


def named(data, name):
    file = io.BytesIO(data)
    file.name = name
    return file


def png(width=3, height=2, shade=0):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = b"".join(b"\0" + bytes([shade] * width * 3) for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


async def document_of(dc, size=300 * KIB):
    """A pair of accounts and the message with a document that one has sent the other."""
    a, b_peer, b, a_peer = await dc.pair()
    data = content(size)
    await a.send_file(b_peer, named(data, "data.bin"))
    [received] = await b.get_messages(a_peer, limit=1)
    return a, b_peer, b, a_peer, data, received


def location(document, **changes):
    fields = {
        "id": document.id,
        "access_hash": document.access_hash,
        "file_reference": document.file_reference,
        "thumb_size": "",
    }
    return types.InputDocumentFileLocation(**{**fields, **changes})


def part(document, offset=0, limit=4096, precise=None, **changes):
    return functions.upload.GetFileRequest(
        location(document, **changes), offset=offset, limit=limit, precise=precise
    )


@checks
async def a_document_arrives_byte_for_byte(dc):
    a, b_peer, b, a_peer = await dc.pair()
    heard = Heard(b, events.NewMessage())
    data = content(300 * KIB + 17)
    sent = await a.send_file(b_peer, named(data, "data.bin"), caption="the **data**", silent=True)
    event = await heard.next()
    for message in (sent, event.message):
        document = message.media.document
        assert (document.size, message.file.name) == (len(data), "data.bin")
        assert document.mime_type == "application/octet-stream"
        assert (message.raw_text, message.silent) == ("the data", True)
        assert isinstance(message.entities[0], types.MessageEntityBold)
    assert await event.message.download_media(bytes) == data
    assert await sent.download_media(bytes) == data


@checks
async def a_photo_arrives_byte_for_byte(dc):
    a, b_peer, b, a_peer = await dc.pair()
    data = png(300, 200)
    await a.send_file(b_peer, named(data, "photo.png"))
    [received] = await b.get_messages(a_peer, limit=1)
    [size] = received.photo.sizes
    assert (size.type, size.w, size.h, size.size) == ("m", 300, 200, len(data))
    assert await received.download_media(bytes) == data


@checks
async def what_is_no_photo_is_refused(dc):
    a, b_peer, *_ = await dc.pair()

    async def send(data, name):
        file = await a.upload_file(named(data, name))
        await a(functions.messages.SendMediaRequest(
            b_peer, types.InputMediaUploadedPhoto(file), message="", random_id=random.getrandbits(60)
        ))

    await refused(send(b"no picture at all", "photo.jpg"), "ImageProcessFailedError")
    await refused(send(png(), "photo.txt"), "PhotoExtInvalidError")
    await refused(send(png(9999, 2), "photo.png"), "PhotoInvalidDimensionsError")
    await send(png(), "photo.png")


@checks
async def a_big_file_goes_up_and_down(dc):
    a, b_peer, b, a_peer = await dc.pair()
    data = content(30 * MIB + 5)
    await a.send_file(b_peer, named(data, "big.bin"))
    [received] = await b.get_messages(a_peer, limit=1)
    assert received.file.size == len(data)
    digest = hashlib.sha256()
    async for chunk in b.iter_download(received.media):
        digest.update(chunk)
    assert digest.digest() == hashlib.sha256(data).digest()


@checks
async def parts_of_a_file_are_read_at_any_offset(dc):
    *_, b, _, data, received = await document_of(dc, 3 * MIB + 100)
    for offset in (0, 1, 4096, MIB - 1, 2 * MIB + 5, 3 * MIB, 3 * MIB + 99):
        chunks = b.iter_download(received.media, offset=offset, request_size=64 * KIB, limit=3)
        found = b"".join([bytes(chunk) async for chunk in chunks])
        assert found == data[offset:offset + len(found)], offset
        assert len(found) == min(3 * 64 * KIB, len(data) - offset), offset
    document = received.document
    assert (await b(part(document, 4 * MIB))).bytes == b""
    assert (await b(part(document, 1024, 3072, precise=True))).bytes == data[1024:4096]
    await refused(b(part(document, 1000)), "OffsetInvalidError")
    await refused(b(part(document, 0, 5000)), "LimitInvalidError")
    await refused(b(part(document, 0, 2 * MIB)), "LimitInvalidError")


@checks
async def a_file_needs_its_hash_and_a_reference(dc):
    *_, b, _, data, received = await document_of(dc)
    document = received.document
    await refused(b(part(document, id=5)), "FileIdInvalidError")
    wrong = part(document, access_hash=document.access_hash + 1)
    await refused(b(wrong), "FileIdInvalidError")
    await refused(b(part(document, file_reference=b"")), "FileReferenceEmptyError")
    await refused(b(part(document, file_reference=b"x" * 25)), "FileReferenceInvalidError")
    await refused(b(part(document, thumb_size="z")), "LocationInvalidError")
    assert (await b(part(document))).bytes == data[:4096]


@checks
async def references_expire_until_the_message_is_asked_for_again(dc):
    a, b_peer, b, a_peer, data, received = await document_of(dc)
    for where in ({"files": "*"}, {"files": str(b_peer.user_id), "account": str(a_peer.user_id)}):
        old = received.document
        status, _ = await dc.post("/fault", **where, kind="expire")
        assert status == 200
        await refused(b(part(old)), "FileReferenceExpiredError")
        # Telethon asks for the message again by itself.
        assert await b.download_media(received, bytes) == data
        received = await b.get_messages(a_peer, ids=received.id)
        assert (await b(part(received.document))).bytes == data[:4096]
    status, _ = await dc.post("/fault", files="carol", account="alice", kind="expire")
    assert status == 200
    assert (await b(part(received.document))).bytes == data[:4096]


@checks
async def an_uploaded_file_is_sent_twice_and_a_document_again(dc):
    a, b_peer, b, a_peer = await dc.pair()
    data = content(5000)
    file = await a.upload_file(named(data, "twice.bin"))
    first = await a.send_file(b_peer, file)
    second = await a.send_file(b_peer, file)
    assert first.document.id != second.document.id
    again = await a.send_file(b_peer, second.media, caption="again")
    assert again.document.id == second.document.id
    for message in await b.get_messages(a_peer, limit=3):
        assert await message.download_media(bytes) == data


@checks
async def media_goes_to_groups_and_channels(dc):
    a, b_peer, b, a_peer = await dc.pair()
    channel = (await a(functions.channels.CreateChannelRequest("team", "", megagroup=True))).chats[0]
    await a(functions.channels.InviteToChannelRequest(channel, [b_peer]))
    group = (await a(functions.messages.CreateChatRequest([b_peer], "duo"))).updates.chats[0]
    data = content(7000)
    for chat in (channel, group):
        heard = Heard(b, events.NewMessage(func=lambda event: bool(event.file)))
        await a.send_file(chat, named(data, "team.bin"), caption="for all")
        event = await heard.next()
        assert event.raw_text == "for all"
        assert await event.download_media(bytes) == data
        [found] = [m async for m in b.iter_messages(event.chat_id, limit=1)]
        assert await found.download_media(bytes) == data


@checks
async def an_album_keeps_together(dc):
    a, b_peer, b, a_peer = await dc.pair()
    heard = Heard(b, events.Album())
    files = [named(png(3 + n, 2, n), f"{n}.png") for n in range(3)]
    sent = await a.send_file(b_peer, files, caption=["one", "", "three"])
    assert len({m.grouped_id for m in sent}) == 1 and sent[0].grouped_id
    album = (await heard.next()).messages
    assert [m.raw_text for m in album] == ["one", "", "three"]
    assert await album[2].download_media(bytes) == png(5, 2, 2)
    files = [named(content(2000, n), f"{n}.bin") for n in range(2)]
    documents = await a.send_file(b_peer, files, force_document=True)
    assert documents[0].grouped_id != sent[0].grouped_id
    found = await b.get_messages(a_peer, limit=2)
    assert len({m.grouped_id for m in found}) == 1


@checks
async def albums_that_cannot_be_are_refused(dc):
    a, b_peer, *_ = await dc.pair()
    photo = types.InputMediaUploadedPhoto(await a.upload_file(named(png(), "a.png")))
    kept = (await a(functions.messages.UploadMediaRequest(b_peer, photo))).photo
    picture = types.InputMediaPhoto(
        types.InputPhoto(kept.id, kept.access_hash, kept.file_reference)
    )
    file = await a.upload_file(named(content(100), "a.bin"))
    upload = types.InputMediaUploadedDocument(file, "text/plain", [])
    kept = (await a(functions.messages.UploadMediaRequest(b_peer, upload))).document
    document = types.InputMediaDocument(
        types.InputDocument(kept.id, kept.access_hash, kept.file_reference)
    )

    def album(*media):
        singles = [types.InputSingleMedia(m, "", random_id=random.getrandbits(60)) for m in media]
        return a(functions.messages.SendMultiMediaRequest(b_peer, singles))

    await refused(album(picture, document), "MediaGroupedInvalidError")
    await refused(album(picture, photo), "MediaInvalidError")
    await refused(album(*[picture] * 11), "MultiMediaTooLongError")
    assert len([u for u in (await album(picture, picture)).updates if hasattr(u, "pts")]) == 2


@checks
async def parts_that_do_not_fit_are_refused(dc):
    a, b_peer, *_ = await dc.pair()
    save, save_big = functions.upload.SaveFilePartRequest, functions.upload.SaveBigFilePartRequest
    await refused(a(save(1, 0, b"")), "FilePartEmptyError")
    await refused(a(save(1, -1, b"x")), "FilePartInvalidError")
    await refused(a(save(1, 4000, b"x")), "FilePartInvalidError")
    await refused(a(save(1, 0, b"x" * (512 * KIB + 4))), "FilePartTooBigError")
    await refused(a(save_big(2, 0, 5000, b"x")), "FilePartsInvalidError")
    await refused(a(save_big(2, 0, 2, b"x" * 1000)), "FilePartSizeInvalidError")

    def send(file):
        media = types.InputMediaUploadedDocument(file, "text/plain", [])
        return a(functions.messages.SendMediaRequest(b_peer, media, message=""))

    await refused(send(types.InputFile(9, 1, "a", "")), "FilePart0MissingError")
    await a(save(3, 0, b"x" * 1024))
    await refused(send(types.InputFile(3, 2, "a", "")), "FilePartMissingError")
    await refused(send(types.InputFile(3, 1, "a", "0" * 32)), "Md5ChecksumInvalidError")
    await refused(send(types.InputFileBig(3, 1, "a")), "FilePart0MissingError")
    await send(types.InputFile(3, 1, "a", hashlib.md5(b"x" * 1024).hexdigest()))
    # A stream whose length is known with its last part only.
    await a(save_big(4, 0, -1, b"y" * 2048))
    await a(save_big(4, 1, 2, b"z"))
    sent = await send(types.InputFileBig(4, 2, "a"))
    [update] = [u for u in sent.updates if isinstance(u, types.UpdateNewMessage)]
    assert await a.download_media(update.message, bytes) == b"y" * 2048 + b"z"


@checks
async def captions_are_checked_and_edited(dc):
    a, b_peer, b, a_peer = await dc.pair()
    file = await a.upload_file(named(content(100), "a.bin"))
    await refused(a.send_file(b_peer, file, caption="x" * 1025), "MediaCaptionTooLongError")
    empty = functions.messages.SendMediaRequest(b_peer, types.InputMediaEmpty(), message="x")
    await refused(a(empty), "MediaEmptyError")
    sent = await a.send_file(b_peer, file, caption="before")
    heard = Heard(b, events.MessageEdited())
    edited = await sent.edit("after")
    event = await heard.next()
    for message in (edited, event.message):
        assert (message.raw_text, message.document.id) == ("after", sent.document.id)
    other = await a.edit_message(b_peer, sent.id, "other", file=named(content(50), "b.bin"))
    assert other.document.id != sent.document.id
    assert (await heard.next()).file.name == "b.bin"


@checks
async def media_is_heard_of_after_an_absence(dc):
    a, b_peer, b, a_peer = await dc.pair()
    state = await b(functions.updates.GetStateRequest())
    await a.send_file(b_peer, named(content(100), "a.bin"), caption="missed")
    missed = await b(functions.updates.GetDifferenceRequest(state.pts, state.date, state.qts))
    [message] = missed.new_messages
    assert message.message == "missed"
    assert await b.download_media(message, bytes) == content(100)


@checks
async def links_are_previewed(dc):
    a, b_peer, b, a_peer = await dc.pair()
    heard = Heard(b, events.NewMessage())
    await a.send_message(b_peer, "first, without")
    await heard.next()
    sent = await a.send_message(b_peer, "read https://example.com/page!")
    event = await heard.next()
    for message in (sent, event.message):
        page = message.media.webpage
        assert (page.url, page.display_url) == ("https://example.com/page", "example.com/page")
        assert page.title and page.description
    bare = await a.send_message(b_peer, "https://example.com/page", link_preview=False)
    assert bare.media is None and (await heard.next()).message.media is None
    edited = await a.edit_message(b_peer, bare.id, "https://example.com/other")
    assert edited.media.webpage.url == "https://example.com/other"
    gone = await a.edit_message(b_peer, bare.id, "nothing to see")
    assert gone.media is None
    preview = functions.messages.GetWebPagePreviewRequest
    shown = await a(preview("see https://example.com/page"))
    assert shown.media.webpage.id == page.id
    assert isinstance((await a(preview("nothing"))).media, types.MessageMediaEmpty)


@checks
async def a_file_in_another_data_centre_is_fetched_there(dc):
    await dc.post("/fault", files="*", kind="migrate", dc=4)
    try:
        *_, b, a_peer, data, received = await document_of(dc)
    finally:
        await dc.post("/fault", files="*", kind="migrate")
    assert received.document.dc_id == 4
    error = await refused(b(part(received.document)), "FileMigrateError")
    assert error.new_dc == 4
    assert await b.download_media(received, bytes) == data
    # A client that is not told beforehand where the file is follows the error.
    at = location(received.document)
    assert await b.download_file(at, bytes, file_size=len(data)) == data


# The message with the code would be the newest chat, instead of the file.
@checks
@without("codes_are_written")
async def an_authorisation_ends_in_one_data_centre_only(dc):
    await dc.post("/fault", files="*", kind="migrate", dc=4)
    try:
        *_, b, a_peer, data, received = await document_of(dc)
    finally:
        await dc.post("/fault", files="*", kind="migrate")
    me = str((await b.get_me()).id)
    assert await b.download_media(received, bytes) == data
    end = {"link": me, "kind": "end", "dc": 4}
    status, answer = await dc.post("/fault", **end, error="SESSION_REVOKED", lasting=True)
    assert (status, answer["count"]) == (200, 1)
    await refused(b.download_media(received, bytes), "SessionRevokedError")
    assert await b.get_messages(a_peer, limit=1)
    status, _ = await dc.post("/fault", link=me, kind="accept", dc=4)
    assert status == 200
    second = await dc.log_in("+" + (await b.get_me()).phone)
    [dialog] = await second.get_dialogs(limit=1)
    again = dialog.message
    assert await second.download_media(again, bytes) == data
    status, answer = await dc.post("/fault", **end)
    assert (status, answer["count"]) == (200, 1)
    await refused(second.download_media(again, bytes), "AuthKeyUnregisteredError")
    status, _ = await dc.post("/fault", link=me, kind="end", dc=2)
    assert status == 400


@checks
async def a_script_sends_a_document(dc):
    a, b_peer, b, a_peer = await dc.pair()
    status, _ = await dc.post(
        "/send",
        **{"from": str(a_peer.user_id), "to": str(b_peer.user_id)},
        text="number {n}",
        count=2,
        file={"name": "made.bin", "size": 600_000, "mime": "text/plain"},
    )
    assert status == 200
    messages = await b.get_messages(a_peer, limit=2)
    assert [m.raw_text for m in messages] == ["number 2", "number 1"]
    data = await messages[0].download_media(bytes)
    assert data == (bytes(range(251)) * 2400)[:600_000]


@checks
async def media_is_forwarded_and_albums_stay_together(dc):
    a, b_peer, b, a_peer = await dc.pair()
    data = content(3000)
    await a.send_file("me", named(data, "note.bin"), caption="look")
    files = [named(png(3 + n, 2, n), f"{n}.png") for n in range(2)]
    album = await a.send_file("me", files)
    [note] = await a.get_messages("me", limit=1, offset_id=album[0].id)
    await a.forward_messages(b_peer, [note, *album])
    received = (await b.get_messages(a_peer, limit=3))[::-1]
    assert (received[0].raw_text, received[0].grouped_id) == ("look", None)
    assert received[0].forward and await received[0].download_media(bytes) == data
    assert received[1].grouped_id == received[2].grouped_id != album[0].grouped_id
    assert await received[2].download_media(bytes) == png(4, 2, 1)


@checks
async def files_are_searched_by_kind(dc):
    a, b_peer, *_ = await dc.pair()
    photo = await a.send_file(b_peer, named(png(), "a.png"))
    document = await a.send_file(b_peer, named(content(100), "a.bin"))
    await a.send_message(b_peer, "no file")
    for kind, message in (
        (types.InputMessagesFilterPhotoVideo, photo),
        (types.InputMessagesFilterPhotos, photo),
        (types.InputMessagesFilterDocument, document),
    ):
        assert [m.id for m in await a.get_messages(b_peer, filter=kind, limit=5)] == [message.id]


@checks
async def media_is_scheduled(dc):
    a, b_peer, b, a_peer = await dc.pair()
    data = content(3000)
    late = datetime.timedelta(hours=1)
    await a.send_file(b_peer, named(data, "late.bin"), caption="late", schedule=late)
    files = [named(png(3 + n, 2, n), f"{n}.png") for n in range(2)]
    await a.send_file(b_peer, files, schedule=late)
    assert not await b.get_messages(a_peer, limit=5)
    waiting = await a.get_messages(b_peer, scheduled=True)
    assert len(waiting) == 3 and all(m.file for m in waiting)
    ids = sorted(m.id for m in waiting)
    await a(functions.messages.SendScheduledMessagesRequest(b_peer, ids))
    received = (await b.get_messages(a_peer, limit=3))[::-1]
    assert await received[0].download_media(bytes) == data
    assert received[1].grouped_id == received[2].grouped_id is not None
