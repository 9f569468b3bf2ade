use super::{at, session, session_id};
use crate::support::contract;
use secrecy::ExposeSecret as _;
use telegram_hub::model::{Reach, SessionName, StoredState, UserId};
use telegram_hub::store::sessions::{self, ApiCredentials, Profile, Purge};

contract! {
    async fn a_session_is_made_once_and_found_by_name_and_number(db: TestDb) {
        let store = db.open().await?;
        let made = session(&store, "Алиса '; DROP TABLE sessions; --").await?;
        assert_eq!(made.state, StoredState::Login);
        assert_eq!(session(&store, made.name.as_str()).await?, made);
        let (name, id) = (made.name.clone(), made.id);
        let found = store
            .read(move |c| Ok((sessions::by_name(c, &name)?, sessions::by_id(c, id)?)))
            .await?;
        assert_eq!(found, (Some(made.clone()), Some(made)));
    }

    async fn state_profile_and_home_dc_are_kept(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let profile = Profile {
            user_id: Some(UserId(1 << 39)),
            first_name: Some("Alice".to_owned()),
            last_name: Some("A\0".to_owned()),
            username: Some("alice".to_owned()),
            phone: Some("15550000001".to_owned()),
        };
        let row = store
            .write(move |c| {
                assert!(sessions::set_user(c, id, &profile, at(1))?);
                assert!(sessions::set_home_dc(c, id, 4, at(1))?);
                assert!(sessions::set_state(c, id, StoredState::Active, None, at(2))?);
                assert!(sessions::set_state(c, id, StoredState::Active, None, at(3))?);
                let reason = Some("SESSION_REVOKED");
                assert!(sessions::set_state(c, id, StoredState::NeedsLogin, reason, at(4))?);
                sessions::by_id(c, id)
            })
            .await?
            .ok_or("no row")?;
        assert_eq!((row.user_id, row.home_dc), (Some(UserId(1 << 39)), Some(4)));
        assert_eq!(row.last_name.as_deref(), Some("A\u{fffd}"));
        assert_eq!(row.state, StoredState::NeedsLogin);
        assert_eq!(row.state_reason.as_deref(), Some("SESSION_REVOKED"));
        assert_eq!((row.logged_in_at, row.updated_at), (Some(at(2)), at(4)));
    }

    async fn lists_are_ordered_filtered_and_paged(db: TestDb) {
        let store = db.open().await?;
        for name in ["c", "a", "b"] {
            session(&store, name).await?;
        }
        let last = session_id(&store, "b").await?;
        let (active, first, second) = store
            .write(move |c| {
                sessions::set_state(c, last, StoredState::Active, None, at(1))?;
                let active = sessions::list(c, &Reach::default(), Some(StoredState::Active))?;
                let first = sessions::page(c, &Reach::default(), None, 2, None)?;
                let second = sessions::page(c, &Reach::default(), None, 2, first.next)?;
                Ok((active, first, second))
            })
            .await?;
        let names = |rows: &[telegram_hub::model::StoredSession]| -> Vec<String> {
            rows.iter().map(|row| row.name.to_string()).collect()
        };
        assert_eq!(names(&active), ["b"]);
        assert_eq!(names(&first.items), ["c", "a"]);
        assert_eq!((names(&second.items), second.next), (vec!["b".to_owned()], None));
    }

    async fn the_api_hash_comes_back_and_can_be_replaced(db: TestDb) {
        let store = db.open().await?;
        let id = session_id(&store, "alice").await?;
        let vault = store.vault().clone();
        let (before, after) = store
            .write(move |c| {
                let before = sessions::api_credentials(c, &vault, id)?;
                let new = ApiCredentials { api_id: 9, api_hash: "other".into() };
                assert!(sessions::set_api_credentials(c, &vault, id, &new, at(1))?);
                Ok((before, sessions::api_credentials(c, &vault, id)?))
            })
            .await?;
        let plain = |credentials: Option<ApiCredentials>| {
            credentials.map(|c| (c.api_id, c.api_hash.expose_secret().to_owned()))
        };
        assert_eq!(plain(before), Some((12345, "0123456789abcdef0123456789abcdef".to_owned())));
        assert_eq!(plain(after), Some((9, "other".to_owned())));
    }

    async fn a_later_session_of_a_deleted_name_has_the_same_number(db: TestDb) {
        let store = db.open().await?;
        let first = session_id(&store, "alice").await?;
        let other = session_id(&store, "bob").await?;
        let alice = SessionName::parse("alice")?;
        let (deleted, again, number) = store
            .write(move |c| {
                let deleted = sessions::delete(c, first, Purge::KeepMessages)?;
                let again = sessions::delete(c, first, Purge::KeepMessages)?;
                Ok((deleted, again, sessions::id_of_name(c, &alice)?))
            })
            .await?;
        assert_eq!((deleted, again, number), (true, false, Some(first)));
        assert_eq!(session_id(&store, "alice").await?, first);
        assert_ne!(first, other);
    }
}
