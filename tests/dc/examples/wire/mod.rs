//! One session of a client, down to the bytes, for programs that measure.
//!
//! Owns the socket and the numbers of the messages. It checks nothing that comes.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use grammers_crypto::{AuthKey, DequeBuffer};
use grammers_tl_types::{LAYER, Serializable as _, functions};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// An open session.
pub(crate) struct Wire {
    /// Under the intermediate framing.
    pub(crate) stream: TcpStream,
    key: AuthKey,
    salt: i64,
    session: i64,
    seqno: i32,
    last_id: u64,
}

impl Wire {
    /// Connects, learns the salt and says which layer it speaks.
    pub(crate) async fn open(address: SocketAddr, key: [u8; 256]) -> Self {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(&[0xee; 4]).await.unwrap();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let session = i64::try_from(now.as_nanos()).unwrap();
        let mut wire = Self {
            stream,
            key: AuthKey::from_bytes(key),
            salt: 0,
            session,
            seqno: 1,
            last_id: 0,
        };
        let first = functions::InvokeWithLayer {
            layer: LAYER,
            query: functions::InitConnection {
                api_id: 1,
                device_model: String::new(),
                system_version: String::new(),
                app_version: String::new(),
                system_lang_code: String::new(),
                lang_pack: String::new(),
                lang_code: String::new(),
                proxy: None,
                params: None,
                query: functions::updates::GetState {},
            },
        };
        // The salt is wrong, and the answer names the right one.
        wire.ask(&first.to_bytes()).await;
        let answer = wire.answer().await;
        let salt = answer[answer.len() - 8..].try_into().unwrap();
        wire.salt = i64::from_le_bytes(salt);
        wire.ask(&first.to_bytes()).await;
        wire.answer().await;
        wire
    }

    /// Sends a request.
    pub(crate) async fn ask(&mut self, body: &[u8]) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let id = (now.as_secs() << 32) | (u64::from(now.subsec_nanos()) << 2 & !3);
        self.last_id = id.max(self.last_id + 4);
        let mut packet = DequeBuffer::with_capacity(body.len() + 1024, 64);
        packet.extend(self.salt.to_le_bytes());
        packet.extend(self.session.to_le_bytes());
        packet.extend(self.last_id.to_le_bytes());
        packet.extend(self.seqno.to_le_bytes());
        packet.extend(i32::try_from(body.len()).unwrap().to_le_bytes());
        packet.extend(body.iter().copied());
        self.seqno += 2;
        grammers_crypto::encrypt_data_v2(&mut packet, &self.key);
        let length = u32::try_from(packet.len()).unwrap();
        self.stream.write_all(&length.to_le_bytes()).await.unwrap();
        self.stream.write_all(&packet[..]).await.unwrap();
    }

    /// The body of the next packet's message.
    pub(crate) async fn answer(&mut self) -> Vec<u8> {
        let mut packet = self.packet().await;
        let plain = grammers_crypto::decrypt_data_v2(&mut packet, &self.key).unwrap();
        let length = u32::from_le_bytes(plain[28..32].try_into().unwrap());
        plain[32..32 + usize::try_from(length).unwrap()].to_vec()
    }

    /// The next packet, still encrypted.
    pub(crate) async fn packet(&mut self) -> Vec<u8> {
        let length = self.stream.read_u32_le().await.unwrap();
        let mut packet = vec![0; usize::try_from(length).unwrap()];
        self.stream.read_exact(&mut packet).await.unwrap();
        packet
    }
}

/// The time for which this thread has been running.
pub(crate) fn thread_time() -> Duration {
    let schedule = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    let nanos = schedule.split(' ').next().unwrap();
    Duration::from_nanos(nanos.parse().unwrap())
}
