//! One call with a key that belongs to no running account.
//!
//! It owns one short connection that writes nothing down: to ask whose a key is before anything
//! else relies on it, and to log out a key that was given up. It must not know where the key is
//! from.

use crate::config::Device;
use crate::model::Peer;
use crate::telegram::convert;
use crate::telegram::error::Error;
use crate::telegram::link::LinkSettings;
use grammers_client::sender::{ServerAddr, connect_with_auth};
use grammers_client::tl;
use grammers_mtproto::transport;
use std::net::SocketAddr;
use tokio::time::timeout;

/// The user whom a key is logged in as.
///
/// The key must not be connected anywhere at this moment: Telegram ends a key that is in use
/// twice.
///
/// # Errors
/// [`Error::SessionEnded`] or [`Error::KeyRejected`] when Telegram does not take the key;
/// otherwise what the connection runs into.
pub async fn check_key(
    settings: &LinkSettings,
    api_id: i32,
    dc_id: i32,
    key: &[u8; 256],
) -> Result<Peer, Error> {
    let request = tl::functions::users::GetUsers {
        id: vec![tl::enums::InputUser::UserSelf],
    };
    let users = call_with(settings, api_id, dc_id, key, request).await?;
    users
        .iter()
        .find_map(convert::user)
        .ok_or_else(|| Error::Unreachable("users.getUsers answered without a user".into()))
}

/// `auth.logOut` of a key. The same holds for its connections as with [`check_key`].
///
/// # Errors
/// An error with [`Error::is_unauthorized`] when there is nothing to log out any more; otherwise
/// what the connection runs into.
pub async fn log_out_key(
    settings: &LinkSettings,
    api_id: i32,
    dc_id: i32,
    key: &[u8; 256],
) -> Result<(), Error> {
    let request = tl::functions::auth::LogOut {};
    call_with(settings, api_id, dc_id, key, request)
        .await
        .map(drop)
}

async fn call_with<R: tl::RemoteCall>(
    settings: &LinkSettings,
    api_id: i32,
    dc_id: i32,
    key: &[u8; 256],
    request: R,
) -> Result<R::Return, Error> {
    let address = settings.server.address(dc_id);
    let address = address.ok_or_else(|| Error::Unreachable("no such data centre".into()))?;
    settings.connects.turn().await;
    let asked = ask(&settings.device, api_id, address, key, request);
    let asked = settings.lease.during(asked);
    let answer = timeout(settings.call_timeout, asked);
    answer.await.map_err(|_elapsed| Error::Timeout)?
}

async fn ask<R: tl::RemoteCall>(
    device: &Device,
    api_id: i32,
    address: SocketAddr,
    key: &[u8; 256],
    request: R,
) -> Result<R::Return, Error> {
    let address = ServerAddr::Tcp { address };
    let mut sender = connect_with_auth(transport::Full::new(), address, *key)
        .await
        .map_err(|error| Error::Unreachable(error.into()))?;
    let request = tl::functions::InvokeWithLayer {
        layer: tl::LAYER,
        query: tl::functions::InitConnection {
            api_id,
            device_model: device.model.clone(),
            system_version: device.system_version.clone(),
            app_version: device.app_version.clone(),
            system_lang_code: device.lang.clone(),
            lang_pack: String::new(),
            lang_code: device.lang.clone(),
            proxy: None,
            params: None,
            query: request,
        },
    };
    let answer = sender.invoke(&request).await?;
    // Telegram sees the end of the connection also when this fails.
    sender.disconnect().await.ok();
    Ok(answer)
}
