//! A small MTProto client with every lever a test needs: ids, numbers, salts and frames by hand.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use grammers_crypto::{AuthKey, DequeBuffer, ObfuscatedCipher};
use grammers_tl_types::{self as tl, Deserializable, Identifiable, Serializable};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

const TIME: Duration = Duration::from_secs(5);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    Full,
    Abridged,
    Intermediate,
    Padded,
    /// Abridged inside the obfuscation.
    Obfuscated,
}

/// Why no packet came.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NoPacket {
    Closed,
    Transport(i32),
}

/// A message from the server, taken out of its container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Incoming {
    pub(crate) msg_id: i64,
    pub(crate) seqno: i32,
    pub(crate) body: Vec<u8>,
}

impl Incoming {
    pub(crate) fn constructor(&self) -> u32 {
        u32::from_le_bytes(self.body[..4].try_into().expect("a constructor"))
    }

    pub(crate) fn parse<T: Identifiable + Deserializable>(&self) -> Option<T> {
        (self.constructor() == T::CONSTRUCTOR_ID)
            .then(|| T::from_bytes(&self.body[4..]).expect("well-formed"))
    }

    /// The result inside `rpc_result`, if this is the answer to `request`.
    pub(crate) fn result_of(&self, request: i64) -> Option<Vec<u8>> {
        (self.constructor() == 0xf35c_6d01 && self.body[4..12] == request.to_le_bytes())
            .then(|| self.body[12..].to_vec())
    }
}

pub(crate) struct Client {
    stream: TcpStream,
    frame: Frame,
    cipher: Option<ObfuscatedCipher>,
    sent: u32,
    received: u32,
    pub(crate) key: Option<[u8; 256]>,
    pub(crate) session: i64,
    pub(crate) salt: i64,
    pub(crate) content: i32,
    pub(crate) clock_ahead: i64,
    last_id: i64,
    pending: Vec<Incoming>,
}

impl Client {
    pub(crate) async fn connect(addr: SocketAddr, frame: Frame) -> Self {
        Self::over(TcpStream::connect(addr).await.expect("connects"), frame).await
    }

    /// The same from an address of the client's own.
    pub(crate) async fn connect_from(from: IpAddr, addr: SocketAddr, frame: Frame) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind(SocketAddr::new(from, 0)).expect("binds");
        Self::over(socket.connect(addr).await.expect("connects"), frame).await
    }

    async fn over(mut stream: TcpStream, frame: Frame) -> Self {
        let mut cipher = None;
        match frame {
            Frame::Full => {}
            Frame::Abridged => stream.write_all(&[0xef]).await.expect("writes"),
            Frame::Intermediate => stream.write_all(&[0xee; 4]).await.expect("writes"),
            Frame::Padded => stream.write_all(&[0xdd; 4]).await.expect("writes"),
            Frame::Obfuscated => {
                let mut header = [0x5a; 64];
                header[8..56].copy_from_slice(&random::<48>());
                header[56..60].fill(0xef);
                let mut made = ObfuscatedCipher::new(&header);
                let mut veiled = header;
                made.encrypt(&mut veiled);
                header[56..].copy_from_slice(&veiled[56..]);
                stream.write_all(&header).await.expect("writes");
                cipher = Some(made);
            }
        }
        Self {
            stream,
            frame,
            cipher,
            sent: 0,
            received: 0,
            key: None,
            session: i64::from_le_bytes(random()),
            salt: 0,
            content: 0,
            clock_ahead: 0,
            last_id: 0,
            pending: Vec::new(),
        }
    }

    /// The same session over a new connection.
    pub(crate) async fn reconnect(&mut self, addr: SocketAddr) {
        let new = Self::connect(addr, self.frame).await;
        self.stream = new.stream;
        self.cipher = new.cipher;
        (self.sent, self.received) = (0, 0);
    }

    pub(crate) fn key_id(&self) -> i64 {
        use sha1::Digest;
        let digest = sha1::Sha1::digest(self.key.expect("a key"));
        i64::from_le_bytes(digest[12..].try_into().expect("8 bytes"))
    }

    pub(crate) async fn write_raw(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.expect("writes");
    }

    pub(crate) async fn write_packet(&mut self, packet: &[u8]) {
        let len = u32::try_from(packet.len()).expect("short");
        let mut framed = Vec::new();
        match self.frame {
            Frame::Full => {
                framed.extend((len + 12).to_le_bytes());
                framed.extend(self.sent.to_le_bytes());
                framed.extend(packet);
                framed.extend(crc32fast::hash(&framed).to_le_bytes());
                self.sent += 1;
            }
            Frame::Abridged | Frame::Obfuscated => {
                if len / 4 < 0x7f {
                    framed.extend(&(len / 4).to_le_bytes()[..1]);
                } else {
                    framed.push(0x7f);
                    framed.extend(&(len / 4).to_le_bytes()[..3]);
                }
                framed.extend(packet);
            }
            Frame::Intermediate => {
                framed.extend(len.to_le_bytes());
                framed.extend(packet);
            }
            Frame::Padded => {
                framed.extend((len + 7).to_le_bytes());
                framed.extend(packet);
                framed.extend([0x33; 7]);
            }
        }
        if let Some(cipher) = &mut self.cipher {
            cipher.encrypt(&mut framed);
        }
        self.write_raw(&framed).await;
    }

    async fn read(&mut self, len: usize) -> Result<Vec<u8>, NoPacket> {
        let mut bytes = vec![0; len];
        tokio::time::timeout(TIME, self.stream.read_exact(&mut bytes))
            .await
            .expect("the server answers or closes in time")
            .or(Err(NoPacket::Closed))?;
        if let Some(cipher) = &mut self.cipher {
            cipher.decrypt(&mut bytes);
        }
        Ok(bytes)
    }

    async fn read_int(&mut self) -> Result<i32, NoPacket> {
        let bytes = self.read(4).await?;
        Ok(i32::from_le_bytes(bytes.try_into().expect("4 bytes")))
    }

    pub(crate) async fn read_packet(&mut self) -> Result<Vec<u8>, NoPacket> {
        let packet = match self.frame {
            Frame::Full => {
                let len = self.read_int().await?;
                if len < 0 {
                    return Err(NoPacket::Transport(len));
                }
                assert_eq!(self.read_int().await?, self.received.cast_signed());
                self.received += 1;
                let mut packet = self.read(len.unsigned_abs() as usize - 8).await?;
                packet.truncate(packet.len() - 4);
                packet
            }
            Frame::Abridged | Frame::Obfuscated => {
                let mut words = usize::from(self.read(1).await?[0]);
                if words == 0x7f {
                    let long = self.read(3).await?;
                    words = usize::from(long[0])
                        | usize::from(long[1]) << 8
                        | usize::from(long[2]) << 16;
                }
                self.read(words * 4).await?
            }
            Frame::Intermediate | Frame::Padded => {
                let len = self.read_int().await?;
                let mut packet = self.read(len.unsigned_abs() as usize).await?;
                if packet.len() >= 24 && packet[..8] != [0; 8] {
                    packet.truncate(24 + (packet.len() - 24) / 16 * 16);
                }
                packet
            }
        };
        if packet.len() < 20 {
            let code = i32::from_le_bytes(packet[..4].try_into().expect("4 bytes"));
            return Err(NoPacket::Transport(code));
        }
        Ok(packet)
    }

    /// Sends a request outside encryption and returns the answer.
    pub(crate) async fn plain(&mut self, body: &[u8]) -> Result<Vec<u8>, NoPacket> {
        let mut packet = vec![0; 8];
        packet.extend(self.next_id().to_le_bytes());
        packet.extend(u32::try_from(body.len()).expect("short").to_le_bytes());
        packet.extend(body);
        self.write_packet(&packet).await;
        let answer = self.read_packet().await?;
        assert_eq!(answer[..8], [0; 8]);
        let len = u32::from_le_bytes(answer[16..20].try_into().expect("4 bytes")) as usize;
        Ok(answer[20..20 + len].to_vec())
    }

    pub(crate) fn next_id(&mut self) -> i64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("now");
        let seconds = i64::try_from(now.as_secs()).expect("soon") + self.clock_ahead;
        let id = seconds << 32 | i64::from(now.subsec_nanos()) << 2;
        self.last_id = id.max(self.last_id + 4);
        self.last_id
    }

    pub(crate) fn next_seqno(&mut self) -> i32 {
        self.content += 1;
        self.content * 2 - 1
    }

    /// Encrypts and sends one message as it is given.
    pub(crate) async fn send(&mut self, msg_id: i64, seqno: i32, body: &[u8]) {
        let packet = self.seal(msg_id, seqno, body);
        self.write_packet(&packet).await;
    }

    pub(crate) fn seal(&self, msg_id: i64, seqno: i32, body: &[u8]) -> Vec<u8> {
        let mut buffer = DequeBuffer::with_capacity(body.len() + 64, 64);
        self.salt.serialize(&mut buffer);
        self.session.serialize(&mut buffer);
        msg_id.serialize(&mut buffer);
        seqno.serialize(&mut buffer);
        i32::try_from(body.len())
            .expect("short")
            .serialize(&mut buffer);
        buffer.extend(body.iter().copied());
        let key = AuthKey::from_bytes(self.key.expect("a key"));
        grammers_crypto::encrypt_data_v2(&mut buffer, &key);
        buffer[..].to_vec()
    }

    /// Sends one request with the next id and number; returns its id.
    pub(crate) async fn request(&mut self, body: &[u8]) -> i64 {
        let (msg_id, seqno) = (self.next_id(), self.next_seqno());
        self.send(msg_id, seqno, body).await;
        msg_id
    }

    /// Sends an acknowledgement.
    pub(crate) async fn ack(&mut self, msg_ids: Vec<i64>) {
        let ack = tl::enums::MsgsAck::Ack(tl::types::MsgsAck { msg_ids });
        let (msg_id, seqno) = (self.next_id(), self.content * 2);
        self.send(msg_id, seqno, &ack.to_bytes()).await;
    }

    /// The next messages: those of one packet.
    pub(crate) async fn receive(&mut self) -> Result<Vec<Incoming>, NoPacket> {
        let mut packet = self.read_packet().await?;
        let key = AuthKey::from_bytes(self.key.expect("a key"));
        let plain = grammers_crypto::decrypt_data_v2(&mut packet, &key).expect("decrypts");
        assert_eq!(plain[8..16], self.session.to_le_bytes());
        let mut messages = Vec::new();
        let top = take_message(&plain[16..]).0;
        if top.constructor() == 0x73f1_f8dc {
            let mut rest = &top.body[8..];
            while !rest.is_empty() {
                let (message, len) = take_message(rest);
                assert!(message.msg_id < top.msg_id);
                messages.push(message);
                rest = &rest[len..];
            }
        } else {
            messages.push(top);
        }
        Ok(messages)
    }

    /// Reads until `wanted` finds what it looks for; what comes before is thrown away.
    pub(crate) async fn until<T>(&mut self, mut wanted: impl FnMut(&Incoming) -> Option<T>) -> T {
        loop {
            if self.pending.is_empty() {
                self.pending = self.receive().await.expect("the link stays");
            }
            let message = self.pending.remove(0);
            if let Some(found) = wanted(&message) {
                return found;
            }
        }
    }

    /// Sends a request and waits for its result.
    pub(crate) async fn invoke(&mut self, body: &[u8]) -> Vec<u8> {
        let id = self.request(body).await;
        self.until(|message| message.result_of(id)).await
    }

    /// Waits for an object of one constructor.
    pub(crate) async fn expect<T: Identifiable + Deserializable>(&mut self) -> T {
        self.until(Incoming::parse).await
    }

    /// Reads until the server closes; returns how it did.
    pub(crate) async fn until_closed(&mut self) -> NoPacket {
        loop {
            if let Err(end) = self.read_packet().await {
                return end;
            }
        }
    }
}

fn take_message(bytes: &[u8]) -> (Incoming, usize) {
    let len = u32::from_le_bytes(bytes[12..16].try_into().expect("4 bytes")) as usize;
    let message = Incoming {
        msg_id: i64::from_le_bytes(bytes[..8].try_into().expect("8 bytes")),
        seqno: i32::from_le_bytes(bytes[8..12].try_into().expect("4 bytes")),
        body: bytes[16..16 + len].to_vec(),
    };
    (message, 16 + len)
}

pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("random bytes");
    bytes
}
