//! The key exchange, with both paddings and with every step spoiled.

use std::net::SocketAddr;

use grammers_crypto::{aes, rsa};
use grammers_tl_types::{self as tl, Cursor, Deserializable, Serializable};
use local_dc::link::rsa as server_rsa;
use num_bigint::BigUint;
use pkcs1::RsaPublicKey;
use pkcs1::der::{DecodePem, asn1::Uint};
use sha1::{Digest, Sha1};

use crate::client::{Client, Frame, NoPacket, random};
use crate::echo::{ECHO, TestDc, request};

/// How the inner data is encrypted, and which constructor it has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Padding {
    RsaPad,
    Sha1,
}

fn public_key() -> (BigUint, BigUint) {
    let key = RsaPublicKey::<Uint>::from_pem(server_rsa::public_key_pem()).expect("PKCS#1");
    let number = |number: &Uint| BigUint::from_bytes_be(number.as_bytes());
    (number(&key.modulus), number(&key.public_exponent))
}

fn encrypt(data: &[u8], padding: Padding) -> Vec<u8> {
    let (n, e) = public_key();
    if padding == Padding::RsaPad {
        let key = rsa::Key::new(&n.to_string(), &e.to_string()).expect("a key");
        return rsa::encrypt_hashed(data, &key, &random::<224>());
    }
    let mut block = Sha1::digest(data).to_vec();
    block.extend(data);
    block.extend(&random::<255>()[block.len()..]);
    let cipher = BigUint::from_bytes_be(&block).modpow(&e, &n).to_bytes_be();
    [vec![0; 256 - cipher.len()], cipher].concat()
}

/// Runs the exchange on a connected client; `data` makes the inner constructor.
pub(crate) async fn make_key(
    client: &mut Client,
    padding: Padding,
    data: impl FnOnce(tl::types::PQInnerDataTempDc) -> tl::enums::PQInnerData,
) -> Result<(), NoPacket> {
    let nonce = random();
    let answer = client
        .plain(&tl::functions::ReqPqMulti { nonce }.to_bytes())
        .await?;
    let tl::enums::ResPq::Pq(pq) = tl::enums::ResPq::from_bytes(&answer).expect("resPQ");
    assert_eq!(
        pq.server_public_key_fingerprints,
        [server_rsa::fingerprint()]
    );
    let number = u64::from_be_bytes(pq.pq.as_slice().try_into().expect("8 bytes"));
    let (p, q) = grammers_crypto::factorize(number);
    let short = |n: u64| BigUint::from(n).to_bytes_be();
    let new_nonce = random::<32>();
    let inner = data(tl::types::PQInnerDataTempDc {
        pq: pq.pq,
        p: short(p),
        q: short(q),
        nonce,
        server_nonce: pq.server_nonce,
        new_nonce,
        dc: 2,
        expires_in: 3600,
    });
    let propose = tl::functions::ReqDhParams {
        nonce,
        server_nonce: pq.server_nonce,
        p: short(p),
        q: short(q),
        public_key_fingerprint: server_rsa::fingerprint(),
        encrypted_data: encrypt(&inner.to_bytes(), padding),
    };
    let answer = client.plain(&propose.to_bytes()).await?;
    let (secret, encrypted_data) = agree(&answer, &nonce, &pq.server_nonce, &new_nonce);
    let agree = tl::functions::SetClientDhParams {
        nonce,
        server_nonce: pq.server_nonce,
        encrypted_data,
    };
    let answer = client.plain(&agree.to_bytes()).await?;
    let tl::enums::SetClientDhParamsAnswer::DhGenOk(ok) =
        tl::enums::SetClientDhParamsAnswer::from_bytes(&answer).expect("an answer")
    else {
        panic!("the key was refused");
    };
    let key = grammers_crypto::AuthKey::from_bytes(secret);
    assert_eq!(ok.new_nonce_hash1, key.calc_new_nonce_hash(&new_nonce, 1));
    client.key = Some(secret);
    let salt = std::array::from_fn(|at| new_nonce[at] ^ pq.server_nonce[at]);
    client.salt = i64::from_le_bytes(salt);
    Ok(())
}

fn agree(
    answer: &[u8],
    nonce: &[u8; 16],
    server_nonce: &[u8; 16],
    new_nonce: &[u8; 32],
) -> ([u8; 256], Vec<u8>) {
    let tl::enums::ServerDhParams::Ok(params) =
        tl::enums::ServerDhParams::from_bytes(answer).expect("an answer")
    else {
        panic!("the proposal was refused");
    };
    let (key, iv) = grammers_crypto::generate_key_data_from_nonce(server_nonce, new_nonce);
    let mut plain = params.encrypted_answer;
    aes::ige_decrypt(&mut plain, &key, &iv);
    let mut cursor = Cursor::from_slice(&plain[20..]);
    let tl::enums::ServerDhInnerData::Data(inner) =
        tl::enums::ServerDhInnerData::deserialize(&mut cursor).expect("inner data");
    assert_eq!(Sha1::digest(&plain[20..20 + cursor.pos()])[..], plain[..20]);
    let prime = BigUint::from_bytes_be(&inner.dh_prime);
    let b = BigUint::from_bytes_be(&random::<256>());
    let g_b = BigUint::from(3_u8).modpow(&b, &prime).to_bytes_be();
    let secret = BigUint::from_bytes_be(&inner.g_a).modpow(&b, &prime);
    let mut padded = [0; 256];
    let secret = secret.to_bytes_be();
    padded[256 - secret.len()..].copy_from_slice(&secret);
    let inner = tl::enums::ClientDhInnerData::Data(tl::types::ClientDhInnerData {
        nonce: *nonce,
        server_nonce: *server_nonce,
        retry_id: 0,
        g_b,
    })
    .to_bytes();
    let mut data = Sha1::digest(&inner).to_vec();
    data.extend(&inner);
    data.resize(data.len().next_multiple_of(16), 0);
    aes::ige_encrypt(&mut data, &key, &iv);
    (padded, data)
}

pub(crate) fn plain_data(data: tl::types::PQInnerDataTempDc) -> tl::enums::PQInnerData {
    tl::types::PQInnerData {
        pq: data.pq,
        p: data.p,
        q: data.q,
        nonce: data.nonce,
        server_nonce: data.server_nonce,
        new_nonce: data.new_nonce,
    }
    .into()
}

/// A connected client with a key of its own.
pub(crate) async fn logged_in(addr: SocketAddr, frame: Frame) -> Client {
    let mut client = Client::connect(addr, frame).await;
    make_key(&mut client, Padding::RsaPad, plain_data)
        .await
        .expect("a key");
    client
}

#[tokio::test]
async fn a_key_is_made_with_either_padding_and_any_inner_constructor() {
    let dc = TestDc::start();
    for padding in [Padding::RsaPad, Padding::Sha1] {
        let mut client = Client::connect(dc.addr, Frame::Full).await;
        make_key(&mut client, padding, plain_data)
            .await
            .expect("a key");
        make_key(&mut client, padding, Into::into)
            .await
            .expect("a key");
        make_key(&mut client, padding, |data| {
            tl::types::PQInnerDataDc {
                pq: data.pq,
                p: data.p,
                q: data.q,
                nonce: data.nonce,
                server_nonce: data.server_nonce,
                new_nonce: data.new_nonce,
                dc: data.dc,
            }
            .into()
        })
        .await
        .expect("a key");
        assert!(dc.links.known_key(client.key_id()));
        let echo = request(ECHO, 1);
        assert_eq!(client.invoke(&echo).await, echo);
    }
    assert_eq!(dc.links.counts().exchanges, 6);
    dc.stop().await;
}

#[tokio::test]
async fn a_spoiled_exchange_ends_with_404() {
    let dc = TestDc::start();
    let unknown = Err(NoPacket::Transport(-404));
    let spoilers: [fn(&mut tl::types::PQInnerDataTempDc); 4] = [
        |data| data.nonce[0] ^= 1,
        |data| data.server_nonce[15] ^= 1,
        |data| data.p[0] ^= 1,
        |data| std::mem::swap(&mut data.p, &mut data.q),
    ];
    for spoil in spoilers {
        let mut client = Client::connect(dc.addr, Frame::Full).await;
        let spoiled = make_key(&mut client, Padding::RsaPad, |mut data| {
            spoil(&mut data);
            data.into()
        });
        assert_eq!(spoiled.await, unknown);
    }
    let mut client = Client::connect(dc.addr, Frame::Abridged).await;
    assert_eq!(
        client.plain(&request(ECHO, 1)).await,
        Err(NoPacket::Transport(-404))
    );
    let out_of_turn = tl::functions::SetClientDhParams {
        nonce: [0; 16],
        server_nonce: [0; 16],
        encrypted_data: vec![0; 336],
    };
    let mut client = Client::connect(dc.addr, Frame::Intermediate).await;
    let answer = client.plain(&out_of_turn.to_bytes()).await;
    assert_eq!(answer, Err(NoPacket::Transport(-404)));
    dc.stop().await;
}
