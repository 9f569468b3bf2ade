//! A grammers client that trusts one data centre, as a person's phone would.
//!
//! Owns the client's tasks and ends them. Keys come ready-made, because grammers compiles
//! Telegram's RSA keys in.

use std::net::{Ipv6Addr, SocketAddr, SocketAddrV6};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use grammers_client::Client;
use grammers_client::sender::UpdatesReceiver;
use grammers_mtsender::{
    ConnectionParams, InvocationError, NoRetries, SenderPool, SenderPoolFatHandle,
    UpdatesConfiguration,
};
use grammers_session::storages::MemorySession;
use grammers_session::types::{DcOption, PeerId, PeerInfo};
use grammers_session::{Session as _, SessionData};
use grammers_tl_types::{Serializable, enums, functions, types};
use local_dc::dc::Dc;
use tokio::task::JoinHandle;

pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) struct Phone {
    pub(crate) client: Client,
    pub(crate) updates: UpdatesReceiver,
    session: Arc<MemorySession>,
    handle: SenderPoolFatHandle,
    runner: JoinHandle<()>,
}

impl Phone {
    /// A phone with this key. Its update state is what the session knows.
    pub(crate) async fn connect(dc: &Dc, key: [u8; 256]) -> Self {
        Self::on(session(dc, key, key)).await
    }

    /// A phone with a key for its home and another for every other data centre.
    pub(crate) async fn with_keys(dc: &Dc, home: [u8; 256], foreign: [u8; 256]) -> Self {
        Self::on(session(dc, home, foreign)).await
    }

    /// A phone that is logged in as `account` and knows where its updates stand.
    pub(crate) async fn of(dc: &Dc, account: &str) -> Self {
        Self::resume(dc, dc.log_in(account).unwrap(), 1).await
    }

    /// A phone that was away since `pts`.
    pub(crate) async fn resume(dc: &Dc, key: [u8; 256], pts: i32) -> Self {
        let session = session(dc, key, key);
        let mut state = session.updates_state().await.unwrap();
        (state.pts, state.date) = (pts, 1);
        session
            .set_update_state(grammers_session::types::UpdateState::All(state))
            .await
            .unwrap();
        Self::on(session).await
    }

    /// A phone with this session.
    pub(crate) async fn on(session: impl Into<Arc<MemorySession>>) -> Self {
        let session = session.into();
        let pool = SenderPool::with_configuration(Arc::clone(&session), 1, params());
        let client = Client::new(pool.handle.clone());
        let runner = tokio::spawn(pool.runner.run());
        let catch_up = UpdatesConfiguration { catch_up: true };
        let updates = UpdatesReceiver::create(
            pool.handle.thin.clone(),
            Arc::clone(&pool.handle.session),
            pool.updates,
            catch_up,
        )
        .await
        .unwrap();
        Self {
            client,
            updates,
            session,
            handle: pool.handle,
            runner,
        }
    }

    /// The next `count` updates that are not about somebody's presence.
    pub(crate) async fn hear(&mut self, count: usize) -> Vec<enums::Update> {
        let mut heard = Vec::new();
        while heard.len() < count {
            let next = tokio::time::timeout(PATIENCE, self.updates.next());
            let (batch, users, chats) = next.await.expect("updates in time").unwrap();
            self.remember(&users, &chats).await;
            heard.extend(batch.into_iter().map(|(update, _)| update));
        }
        heard
    }

    /// Keeps whom the updates name, as whoever reads them in batches has to.
    async fn remember(&self, users: &[enums::User], chats: &[enums::Chat]) {
        let users = users.iter().map(PeerInfo::from);
        for peer in users.chain(chats.iter().map(PeerInfo::from)) {
            self.session.cache_peer(peer).await.unwrap();
        }
    }

    /// A channel that the updates have named, by its marked id.
    pub(crate) async fn channel(&self, marked: &str) -> types::InputPeerChannel {
        let id: i64 = marked.parse().unwrap();
        let channel_id = -id - 1_000_000_000_000;
        let peer = PeerId::channel_unchecked(channel_id);
        match self.session.peer(peer).await.unwrap() {
            Some(PeerInfo::Channel {
                auth: Some(auth), ..
            }) => types::InputPeerChannel {
                channel_id,
                access_hash: auth.hash(),
            },
            other => panic!("a channel was expected, not {other:?}"),
        }
    }

    pub(crate) async fn resolve(&self, username: &str) -> types::User {
        let username = username.to_owned();
        let request = functions::contacts::ResolveUsername {
            username,
            referer: None,
        };
        let enums::contacts::ResolvedPeer::Peer(found) =
            self.client.invoke(&request).await.unwrap();
        match found.users.into_iter().next() {
            Some(enums::User::User(user)) => user,
            _ => panic!("a user"),
        }
    }

    pub(crate) async fn send(
        &self,
        user: &types::User,
        text: &str,
        random_id: i64,
    ) -> Result<enums::Updates, InvocationError> {
        self.client.invoke(&message(user, text, random_id)).await
    }

    pub(crate) async fn state(&self) -> Result<types::updates::State, InvocationError> {
        let request = functions::updates::GetState {};
        let enums::updates::State::State(state) = self.client.invoke(&request).await?;
        Ok(state)
    }

    /// The bytes of an answer, whatever they are.
    pub(crate) async fn bytes(&self, request: &impl Serializable) -> Vec<u8> {
        let handle = &self.handle.thin;
        let answer = handle.raw_invoke_in_dc(2, request.to_bytes()).await;
        answer.unwrap()
    }

    /// Switches the phone off, and keeps what it knows.
    pub(crate) async fn leave(self) -> Arc<MemorySession> {
        self.updates.sync_update_state().await.unwrap();
        let session = Arc::clone(&self.session);
        self.stop().await;
        session
    }

    pub(crate) async fn stop(self) {
        self.handle.quit();
        self.runner.abort();
        drop(self.runner.await);
    }
}

/// The text that an update brings, new or edited, in any chat.
pub(crate) fn text_of(update: &enums::Update) -> Option<&str> {
    let message = match update {
        enums::Update::NewMessage(update) => &update.message,
        enums::Update::NewChannelMessage(update) => &update.message,
        enums::Update::EditMessage(update) => &update.message,
        enums::Update::EditChannelMessage(update) => &update.message,
        _ => return None,
    };
    match message {
        enums::Message::Message(message) => Some(&message.message),
        _ => None,
    }
}

fn message(user: &types::User, text: &str, random_id: i64) -> functions::messages::SendMessage {
    functions::messages::SendMessage {
        no_webpage: false,
        silent: false,
        background: false,
        clear_draft: false,
        noforwards: false,
        update_stickersets_order: false,
        invert_media: false,
        allow_paid_floodskip: false,
        peer: types::InputPeerUser {
            user_id: user.id,
            access_hash: user.access_hash.unwrap(),
        }
        .into(),
        reply_to: None,
        message: text.to_owned(),
        random_id,
        reply_markup: None,
        entities: None,
        schedule_date: None,
        schedule_repeat_period: None,
        send_as: None,
        quick_reply_shortcut: None,
        effect: None,
        allow_paid_stars: None,
        suggested_post: None,
        rich_message: None,
    }
}

fn session(dc: &Dc, home: [u8; 256], foreign: [u8; 256]) -> MemorySession {
    let SocketAddr::V4(ipv4) = dc.addr() else {
        panic!("an IPv4 address")
    };
    let mut data = SessionData {
        home_dc: 2,
        ..SessionData::default()
    };
    for id in 1..=5 {
        let ipv6 = SocketAddrV6::new(Ipv6Addr::LOCALHOST, ipv4.port(), 0, 0);
        let auth_key = Some(if id == 2 { home } else { foreign });
        let option = DcOption {
            id,
            ipv4,
            ipv6,
            auth_key,
        };
        data.dc_options.insert(id, option);
    }
    MemorySession::from(data)
}

fn params() -> ConnectionParams {
    ConnectionParams {
        device_model: "test".to_owned(),
        system_version: "1".to_owned(),
        app_version: "1".to_owned(),
        system_lang_code: "en".to_owned(),
        lang_code: "en".to_owned(),
        use_ipv6: false,
        retry_policy: Box::new(NoRetries),
        updates_channel_capacity: NonZeroUsize::new(1000).unwrap(),
        __non_exhaustive: (),
    }
}
