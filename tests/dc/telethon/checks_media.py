"""Checks of every kind of what messages show: sent by a script or a client, read, downloaded."""

from harness import Checks, refused
from telethon import functions, types
from telethon.errors import FileReferenceExpiredError

checks = Checks()

HEADS = {"photo": b"\xff\xd8\xff", "voice": b"OggS", "music": b"ID3", "sticker": b"RIFF", "file": b""}


async def shown(dc, sender, receiver, **media):
    """The message that a script sends, as its receiver sees it."""
    names = [(await client.get_me()).username for client in (sender, receiver)]
    status, answer = await dc.post("/send", **{"from": names[0], "to": names[1]}, media=media)
    assert status == 200, answer
    [message] = await receiver.get_messages(names[0], limit=1)
    assert message.id == answer["messages"][0]["receiver"]
    return message


async def pattern(message, head, size):
    """Whether the bytes are those that were promised."""
    data = await message.download_media(bytes)
    begins = data.startswith(head)
    return begins and len(data) == size and data[500:] == bytes(n % 251 for n in range(500, size))


@checks
async def a_script_sends_files_of_every_kind(dc):
    a, _, b, _ = await dc.pair()

    async def file(kind, **fields):
        size = 1000 + len(kind)
        message = await shown(dc, a, b, kind=kind, size=size, **fields)
        assert message.file.size == size, kind
        head = HEADS.get(kind, b"\0\0\0\x18ftyp")
        assert await pattern(message, head, size), kind
        return message

    photo = await file("photo", width=640, height=480, spoiler=True)
    assert (photo.file.width, photo.file.height, photo.media.spoiler) == (640, 480, True)
    assert photo.photo and photo.file.mime_type == "image/jpeg" and not photo.file.name
    video = await file("video", duration=33, width=1920, height=1080)
    assert video.video and video.media.video and video.file.duration == 33
    assert (video.file.width, video.file.name) == (1920, "video.mp4")
    [thumb] = video.document.thumbs
    assert (thumb.type, thumb.w, thumb.h) == ("m", 320, 180)
    assert len(await video.download_media(bytes, thumb=-1)) == thumb.size
    round_video = await file("round_video", duration=9)
    assert round_video.video_note and round_video.media.round and not round_video.file.name
    gif = await file("gif")
    assert gif.gif and gif.file.mime_type == "video/mp4"
    voice = await file("voice", duration=7)
    assert voice.voice and voice.media.voice and voice.file.mime_type == "audio/ogg"
    assert (voice.file.duration, voice.file.name) == (7, None)
    music = await file("music", title="T", performer="P", name="song.mp3")
    assert music.audio and not music.voice
    assert (music.file.title, music.file.performer, music.file.name) == ("T", "P", "song.mp3")
    sticker = await file("sticker", emoji="🎉")
    assert sticker.sticker and sticker.file.emoji == "🎉" and sticker.file.width == 512
    plain = await file("file", name="отчёт.pdf", mime="application/pdf")
    assert (plain.file.name, plain.file.mime_type) == ("отчёт.pdf", "application/pdf")


@checks
async def a_script_sends_pages_polls_places_and_contacts(dc):
    a, _, b, _ = await dc.pair()
    page = await shown(dc, a, b, kind="web_page", url="https://example.org/x")
    assert page.web_preview.url == page.raw_text == "https://example.org/x"
    poll = await shown(dc, a, b, kind="poll", question="When?", answers=["now", "later"])
    assert poll.poll.poll.question.text == "When?" and len(poll.poll.poll.answers) == 2
    quiz = await shown(dc, a, b, kind="poll", question="2?", answers=["1", "2"], correct=1)
    assert quiz.poll.poll.quiz
    geo = await shown(dc, a, b, kind="geo", latitude=52.5, longitude=-13.25)
    assert (geo.geo.lat, geo.geo.long, geo.raw_text) == (52.5, -13.25, "")
    venue = await shown(dc, a, b, kind="venue", latitude=1, longitude=2, title="T", address="A")
    assert (venue.venue.title, venue.venue.address, venue.venue.geo.lat) == ("T", "A", 1)
    alice = await shown(dc, a, b, kind="contact", phone="+15550000001", first_name="Al")
    assert (alice.contact.first_name, alice.contact.phone_number) == ("Al", "+15550000001")
    assert alice.contact.user_id == (await b.get_entity("alice")).id
    names = {"from": "alice", "to": "bob"}
    for wrong in (
        {"kind": "geo", "latitude": 91},
        {"kind": "poll", "question": "one answer?", "answers": ["yes"]},
        {"kind": "contact"},
        {"kind": "web_page"},
        {"kind": "file", "size": 2**40},
        {"kind": "nothing"},
        {"kind": "photo", "colour": "red"},
    ):
        status, answer = await dc.post("/send", **names, media=wrong)
        assert status == 400 and answer["error"], wrong


@checks
async def places_and_contacts_are_sent_forwarded_edited_and_searched(dc):
    a, b_peer, b, a_peer = await dc.pair()
    point = types.InputGeoPoint(10.5, 20.5)
    for media in (
        types.InputMediaGeoPoint(point),
        types.InputMediaVenue(point, "Café", "Street 1", "", "", ""),
        types.InputMediaContact("+15550000002", "Bo", "B", ""),
    ):
        await a.send_file(b_peer, media)
    contact, venue, geo = await b.get_messages(a_peer, limit=3)
    assert (geo.geo.lat, venue.venue.title, contact.contact.last_name) == (10.5, "Café", "B")
    assert contact.contact.user_id
    again = await b.forward_messages("me", geo)
    assert again.geo.long == 20.5
    places = await b.get_messages(a_peer, filter=types.InputMessagesFilterGeo, limit=9)
    assert [m.id for m in places] == [venue.id, geo.id] and places.total == 2
    contacts = await b.get_messages(a_peer, filter=types.InputMessagesFilterContacts, limit=9)
    assert [m.id for m in contacts] == [contact.id]
    nowhere = types.InputMediaGeoPoint(types.InputGeoPoint(100, 0))
    await refused(a.send_file(b_peer, nowhere), "GeoPointInvalidError")


@checks
async def references_run_out_for_every_kind_of_file(dc):
    a, _, b, _ = await dc.pair()
    for kind in ("photo", "video", "voice", "sticker"):
        message = await shown(dc, a, b, kind=kind, size=3000)
        await dc.post("/fault", files="*", kind="expire")
        try:
            await b.download_media(message.media, bytes)
            raise AssertionError("a refusal was expected")
        except FileReferenceExpiredError:
            pass
        [fresh] = await b.get_messages(message.peer_id, ids=[message.id])
        assert len(await fresh.download_media(bytes)) == 3000


@checks
async def files_of_one_history_differ(dc):
    a, b_peer, b, _ = await dc.pair()
    [me, other] = [(await client.get_me()).username for client in (a, b)]
    past = {"accounts": [me], "count": 30, "first_date": 1500000000, "media_every": 3}
    kinds = [{"kind": "photo"}, {"kind": "file", "name": "a.txt", "size": 77}]
    status, answer = await dc.post("/history", chat=other, media=kinds, **past)
    assert status == 200, answer
    counters = functions.messages.GetSearchCountersRequest
    filters = [types.InputMessagesFilterPhotos(), types.InputMessagesFilterDocument()]
    assert [c.count for c in await a(counters(b_peer, filters))] == [5, 5]
    files = await a.get_messages(b_peer, filter=types.InputMessagesFilterDocument, limit=9)
    assert len({m.document.id for m in files}) == 5 and files[0].raw_text == "message 30"
    assert len(await files[0].download_media(bytes)) == 77
