//! Calls in other data centres than the account's home, where files live.
//!
//! It owns how an account becomes known there. Being refused there says nothing of the account at
//! home.

use crate::telegram::caller::{Caller, constructor_of, unreadable};
use crate::telegram::error::Error;
use crate::telegram::handshake;
use crate::telegram::patience::CallOptions;
use crate::telegram::repetition::Repetition;
use crate::telegram::server::{Server, needs_ipv6};
use crate::telegram::storage::StorageError;
use grammers_client::session::Session as _;
use grammers_client::tl::{self, Deserializable as _};
use tokio::time::timeout;

impl Caller {
    /// Calls a method in any data centre; files live in one each.
    ///
    /// A data centre that does not know the account is shown its authorisation first
    /// (<https://core.telegram.org/api/datacenter#authorization-transfer>). Being refused there
    /// says nothing of the account at home.
    pub(in crate::telegram) async fn invoke_in<R>(
        &self,
        dc_id: i32,
        request: &R,
        options: &CallOptions,
    ) -> Result<R::Return, Error>
    where
        R: tl::RemoteCall + tl::Identifiable,
    {
        if dc_id == self.home()? {
            return self.invoke(request, options).await;
        }
        let mut repetition = Repetition::of(tl::name_for_id(R::CONSTRUCTOR_ID), options);
        repetition.begin(self).await;
        loop {
            let caller = repetition.caller(self);
            match caller.invoke_abroad(dc_id, request, options).await {
                Err(error) => repetition.after(error, self).await.map_err(away)?,
                answer => return answer,
            }
        }
    }

    /// Makes sure that another data centre can be called with a key of its own.
    pub(in crate::telegram) async fn prepare(&self, dc_id: i32) -> Result<(), Error> {
        self.ensure_answers(dc_id).await?;
        self.ensure_key_in(dc_id).await
    }

    async fn invoke_abroad<R>(
        &self,
        dc_id: i32,
        request: &R,
        options: &CallOptions,
    ) -> Result<R::Return, Error>
    where
        R: tl::RemoteCall + tl::Identifiable,
    {
        self.prepare(dc_id).await?;
        match self.foreign(dc_id, request, options).await {
            Err(Error::SessionEnded(_)) => {}
            answer => return answer,
        }
        let _one = self.introducing.lock().await;
        // Another call may have done it meanwhile.
        match self.foreign(dc_id, request, options).await {
            Err(Error::SessionEnded(_)) => {}
            answer => return answer,
        }
        let export = tl::functions::auth::ExportAuthorization { dc_id };
        let tl::enums::auth::ExportedAuthorization::Authorization(exported) =
            self.invoke(&export, options).await?;
        let import = tl::functions::auth::ImportAuthorization {
            id: exported.id,
            bytes: exported.bytes,
        };
        self.foreign(dc_id, &import, options).await?;
        self.foreign(dc_id, request, options).await
    }

    /// Makes sure that another data centre answers before a call waits for a connection to it.
    async fn ensure_answers(&self, dc_id: i32) -> Result<(), Error> {
        let storage = |error: StorageError| Error::Storage(error.into());
        let option = |dc_id| self.session.dc_option(dc_id).map_err(storage);
        // All connections of an account are made over the same protocol.
        let ipv6 = option(self.home()?)?.as_ref().is_some_and(needs_ipv6);
        let Some(found) = option(dc_id)? else {
            return Err(Error::Unreachable(format!("no data centre {dc_id}").into()));
        };
        let address = if ipv6 {
            found.ipv6.into()
        } else {
            found.ipv4.into()
        };
        self.lease.during(self.reach.ensure(dc_id, address)).await
    }

    /// Makes a key with a data centre of a server of one's own; with Telegram's the library does.
    async fn ensure_key_in(&self, dc_id: i32) -> Result<(), Error> {
        if !self.session.lacks_key_in(dc_id) {
            return Ok(());
        }
        let _one = self.introducing.lock().await;
        if let Server::Custom { address, key } = self.session.server()
            && self.session.lacks_key_in(dc_id)
        {
            let exchange = async {
                let made = timeout(self.call_timeout, handshake::exchange(*address, key));
                Ok(made.await.map_err(|_elapsed| Error::Timeout)??)
            };
            let made = self.lease.during(exchange).await?;
            let adopted = self.session.adopt_key_in(dc_id, made).await;
            adopted.map_err(|error| Error::Storage(error.into()))?;
        }
        Ok(())
    }

    async fn foreign<R>(
        &self,
        dc_id: i32,
        request: &R,
        options: &CallOptions,
    ) -> Result<R::Return, Error>
    where
        R: tl::RemoteCall + tl::Identifiable,
    {
        loop {
            self.lease.check()?;
            let answer = self.handle.raw_invoke_in_dc(dc_id, request.to_bytes());
            let error = match timeout(self.call_timeout, answer).await {
                Ok(Ok(answer)) => {
                    self.reach.answered(dc_id);
                    let method = tl::name_for_id(R::CONSTRUCTOR_ID);
                    let read = R::Return::from_bytes(&answer);
                    return read.map_err(|error| unreadable(constructor_of(&error), method));
                }
                Ok(Err(error)) => self.classify(error),
                Err(_elapsed) => Error::Timeout,
            };
            if error.leaves_uncertain() {
                // The next call may have to connect.
                self.reach.forget(dc_id);
            }
            match error {
                Error::FloodWait(wait) if options.spend(wait) => tokio::time::sleep(wait).await,
                error => return Err(error),
            }
        }
    }
}

/// Another data centre's refusal, which must not be taken for the end of the account.
fn away(error: Error) -> Error {
    match error {
        Error::SessionEnded(_) | Error::KeyRejected => Error::Unreachable(
            "another data centre does not take the account's authorisation".into(),
        ),
        other => other,
    }
}
