//! The action of a service message, by Telegram's name of it.

use crate::desktop::fields::Fields;
use serde_json::{Value, json};

/// What an export calls an action, and what Telegram calls it after `messageAction`.
const ACTIONS: [(&str, &str); 35] = [
    ("create_group", "ChatCreate"),
    ("edit_group_title", "ChatEditTitle"),
    ("edit_group_photo", "ChatEditPhoto"),
    ("delete_group_photo", "ChatDeletePhoto"),
    ("invite_members", "ChatAddUser"),
    ("remove_members", "ChatDeleteUser"),
    ("join_group_by_link", "ChatJoinedByLink"),
    ("join_group_by_request", "ChatJoinedByRequest"),
    ("create_channel", "ChannelCreate"),
    ("migrate_to_supergroup", "ChatMigrateTo"),
    ("migrate_from_group", "ChannelMigrateFrom"),
    ("pin_message", "PinMessage"),
    ("clear_history", "HistoryClear"),
    ("score_in_game", "GameScore"),
    ("send_payment", "PaymentSent"),
    ("phone_call", "PhoneCall"),
    ("take_screenshot", "ScreenshotTaken"),
    ("allow_sending_messages", "BotAllowed"),
    ("attach_menu_bot_allowed", "BotAllowed"),
    ("web_app_bot_allowed", "BotAllowed"),
    ("send_passport_values", "SecureValuesSent"),
    ("joined_telegram", "ContactSignUp"),
    ("proximity_reached", "GeoProximityReached"),
    ("group_call", "GroupCall"),
    ("invite_to_group_call", "InviteToGroupCall"),
    ("set_messages_ttl", "SetMessagesTTL"),
    ("group_call_scheduled", "GroupCallScheduled"),
    ("edit_chat_theme", "SetChatTheme"),
    ("send_webview_data", "WebViewDataSent"),
    ("send_premium_gift", "GiftPremium"),
    ("topic_created", "TopicCreate"),
    ("topic_edit", "TopicEdit"),
    ("suggest_profile_photo", "SuggestProfilePhoto"),
    ("requested_peer", "RequestedPeer"),
    ("set_chat_wallpaper", "SetChatWallPaper"),
];

/// `{"action"}`; one that is not known keeps the name that the export gives it.
pub(super) fn read(message: &Fields) -> Value {
    let written = message.get("action").and_then(Value::as_str);
    let Some(written) = written else {
        // A text of Telegram's own takes the place of an action's name.
        return json!({ "action": "messageActionCustomAction" });
    };
    let known = ACTIONS.iter().find(|(name, _)| *name == written);
    let action = known.map_or_else(
        || written.to_owned(),
        |(_, name)| format!("messageAction{name}"),
    );
    json!({ "action": action })
}
