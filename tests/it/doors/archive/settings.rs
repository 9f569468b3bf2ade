//! `/api/v3/settings`.

use super::{Failure, get, request, request_of, start};
use crate::doors::fault;
use crate::support::contract;
use crate::support::http::{Answer, read};
use crate::support::hub::TestHub;
use serde_json::{Value, json};

async fn patch(hub: &TestHub, query: &str, body: &Value) -> Result<Answer, Failure> {
    read(request(hub, &format!("PATCH /settings{query}"))?.json(body)).await
}

async fn read_settings(hub: &TestHub) -> Result<Value, Failure> {
    Ok(get(hub, "/settings").await?.expect(200))
}

fn defaults() -> Value {
    json!({
        "download_media": true,
        "max_media_size_mb": 20.0,
        "telegram_batch_size": 100,
        "repair_media": true,
        "download_file_types": {
            "photos": true, "videos": false, "voice_messages": true, "video_messages": true,
            "stickers": true, "gifs": true, "files": true,
        },
    })
}

contract! {
    async fn settings_are_changed_in_part_and_stay(db: TestDb) {
        let hub = start(db).await?;
        assert_eq!(read_settings(&hub).await?, defaults());
        let change = json!({ "download_media": false, "max_media_size_mb": 50, "unknown": 7 });
        let mut expected = defaults();
        expected["download_media"] = false.into();
        expected["max_media_size_mb"] = 50.0.into();
        assert_eq!(patch(&hub, "", &change).await?.expect(200), expected);
        let change = json!({ "download_file_types": { "videos": true, "other": 1 }, "telegram_batch_size": 7 });
        expected["download_file_types"]["videos"] = true.into();
        expected["telegram_batch_size"] = 7.into();
        assert_eq!(patch(&hub, "", &change).await?.expect(200), expected);
        let hub = hub.restart().await?;
        assert_eq!(read_settings(&hub).await?, expected);
        hub.stop().await?;
    }

    async fn null_changes_nothing_but_the_limit_of_size(db: TestDb) {
        let hub = start(db).await?;
        let mut expected = defaults();
        for nothing in [
            json!({ "download_media": null }),
            json!({ "telegram_batch_size": null, "repair_media": null }),
            json!({ "download_file_types": null }),
            json!({ "download_file_types": {} }),
            json!({ "download_file_types": { "gifs": null } }),
        ] {
            assert_eq!(patch(&hub, "", &nothing).await?.expect(200), expected, "{nothing}");
        }
        expected["max_media_size_mb"] = Value::Null;
        for unlimited in [json!(null), json!(0), json!(0.0)] {
            drop(patch(&hub, "", &json!({ "max_media_size_mb": 5 })).await?.expect(200));
            let change = json!({ "max_media_size_mb": unlimited });
            assert_eq!(patch(&hub, "", &change).await?.expect(200), expected);
            assert_eq!(read_settings(&hub).await?, expected);
        }
        hub.stop().await?;
    }

    async fn wrong_settings_are_refused_with_their_place(db: TestDb) {
        let hub = start(db).await?;
        for nothing in [json!({}), json!({ "unknown": 1 })] {
            let told = patch(&hub, "", &nothing).await?.refused(422, "invalid_request");
            assert!(told["detail"].is_string(), "{told}");
        }
        for (body, place, kind) in [
            (json!({ "download_media": "maybe" }), "body.download_media", "bool_parsing"),
            (json!({ "max_media_size_mb": -0.5 }), "body.max_media_size_mb", "greater_than_equal"),
            (json!({ "max_media_size_mb": "big" }), "body.max_media_size_mb", "float_parsing"),
            (json!({ "telegram_batch_size": 0 }), "body.telegram_batch_size", "greater_than_equal"),
            (json!({ "telegram_batch_size": 1.5 }), "body.telegram_batch_size", "int_from_float"),
            (json!({ "download_file_types": 7 }), "body.download_file_types", "model_attributes_type"),
            (
                json!({ "download_file_types": { "gifs": [] } }),
                "body.download_file_types.gifs", "bool_type",
            ),
        ] {
            let told = patch(&hub, "", &body).await?.refused(422, "invalid_request");
            assert_eq!(fault(&told), (place.to_owned(), kind.to_owned()), "{body}");
        }
        let told = read(request(&hub, "PATCH /settings")?.body("{")).await?.refused(422, "invalid_request");
        assert_eq!(told["detail"][0]["type"], "json_invalid");
        assert_eq!(read_settings(&hub).await?, defaults());
        hub.stop().await?;
    }

    async fn an_account_overrides_what_is_set_for_all(db: TestDb) {
        let hub = start(db).await?;
        hub.log_in("c", "+15550000003").await?;
        let own = json!({ "telegram_batch_size": 7, "download_file_types": { "gifs": false } });
        drop(patch(&hub, "", &own).await?.expect(200));
        let all = json!({
            "telegram_batch_size": 9, "repair_media": false,
            "download_file_types": { "videos": true },
        });
        let mut expected = defaults();
        expected["telegram_batch_size"] = 9.into();
        expected["repair_media"] = false.into();
        expected["download_file_types"]["videos"] = true.into();
        assert_eq!(patch(&hub, "?scope=all", &all).await?.expect(200), expected);
        assert_eq!(get(&hub, "/settings?scope=all").await?.expect(200), expected);
        let other = read(request_of(&hub, "GET /settings", "c")?).await?.expect(200);
        assert_eq!(other, expected, "an account that has changed nothing");
        expected["telegram_batch_size"] = 7.into();
        expected["download_file_types"]["gifs"] = false.into();
        assert_eq!(read_settings(&hub).await?, expected);
        let wrong = get(&hub, "/settings?scope=everybody").await?.refused(422, "invalid_request");
        assert_eq!(fault(&wrong), ("query.scope".to_owned(), "enum".to_owned()));
        hub.stop().await?;
    }

    async fn a_purge_forgets_the_overrides(db: TestDb) {
        let hub = start(db).await?;
        drop(patch(&hub, "", &json!({ "repair_media": false })).await?.expect(200));
        drop(hub.client.delete("/session/a?purge=true").await?.expect(200));
        hub.log_in("a", "+15550000001").await?;
        assert_eq!(read_settings(&hub).await?, defaults());
        hub.stop().await?;
    }
}
