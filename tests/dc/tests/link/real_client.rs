//! grammers' own sender, unchanged, over a key made beforehand.

use grammers_mtproto::transport::Full;
use grammers_mtsender::{InvocationError, ServerAddr, connect_with_auth};
use grammers_tl_types::{
    self as tl, Cursor, Deserializable, RemoteCall, Serializable, deserialize,
};

use crate::client::Frame;
use crate::echo::{ECHO, FAIL, LARGE, TestDc, request};
use crate::exchange::logged_in;

/// A request of the echo service in grammers' terms.
struct EchoCall(Vec<u8>);

impl Serializable for EchoCall {
    fn serialize(&self, buf: &mut impl Extend<u8>) {
        buf.extend(self.0.iter().copied());
    }
}

struct Answer(Vec<u8>);

impl Deserializable for Answer {
    fn deserialize(buf: &mut Cursor<'_>) -> deserialize::Result<Self> {
        let mut bytes = Vec::new();
        buf.read_to_end(&mut bytes)?;
        Ok(Self(bytes))
    }
}

impl RemoteCall for EchoCall {
    type Return = Answer;
}

#[tokio::test]
async fn grammers_calls_pings_and_is_pushed_updates() {
    let dc = TestDc::start();
    let made = logged_in(dc.addr, Frame::Full).await;
    let addr = ServerAddr::Tcp { address: dc.addr };
    let key = made.key.expect("a key");
    // It starts with salt 0, is corrected, and then asks for the salts to come.
    let mut sender = connect_with_auth(Full::new(), addr, key)
        .await
        .expect("connects");
    for number in 0..50 {
        let body = request(ECHO, number);
        let answer = sender
            .invoke(&EchoCall(body.clone()))
            .await
            .expect("an answer");
        assert_eq!(answer.0, body);
    }
    let compressible = [request(ECHO, 7), vec![1; 700_000]].concat();
    let answer = sender.invoke(&EchoCall(compressible.clone())).await;
    assert!(answer.expect("an answer").0 == compressible);
    let large = request(LARGE, 8);
    let answer = sender
        .invoke(&EchoCall(large.clone()))
        .await
        .expect("an answer");
    assert_eq!(answer.0, large.repeat(20_000));
    let error = sender.invoke(&EchoCall(request(FAIL, 9))).await.err();
    let Some(InvocationError::Rpc(error)) = error else {
        panic!("no error of the server: {error:?}");
    };
    assert_eq!((error.code, error.name.as_str()), (420, "FLOOD_WAIT"));
    assert_eq!(error.value, Some(31));
    let request = tl::functions::Ping { ping_id: 5 };
    let tl::enums::Pong::Pong(pong) = sender.invoke(&request).await.expect("a pong");
    assert_eq!(pong.ping_id, 5);

    dc.links
        .push(made.key_id(), None, tl::enums::Updates::TooLong.to_bytes());
    let received = async {
        loop {
            if !sender.step().await.expect("the link stays").is_empty() {
                break;
            }
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(5), received)
        .await
        .expect("the update arrives");
    dc.stop().await;
}
