//! The table of methods: which function answers which constructor id.
//!
//! Owns the list of what the data centre can do; what is not here is refused by name. It knows no
//! method's meaning.

use grammers_tl_types::{Identifiable, functions};

use super::{
    Request, account, admins, auth, change, channel_info, channel_updates, channels, contacts,
};
use super::{
    dialogs, drafts, filters, folders, forums, forward, groups, help, history, invites, login,
};
use super::{
    media, messages, notify, password, pins, polls, profile, qr, reactions, run, scheduled, search,
};
use super::{updates, upload, users};
use crate::world::refusal::Refusal;

/// Reads a request's body without its constructor id and answers the serialised result.
pub(super) type Method = fn(&Request<'_>, &[u8]) -> Result<Vec<u8>, Refusal>;

macro_rules! routes {
    ($($namespace:ident :: $name:ident => $method:path,)*) => {
        /// The method with this constructor id.
        pub(super) fn find(id: u32) -> Option<Method> {
            match id {
                $(functions::$namespace::$name::CONSTRUCTOR_ID => {
                    Some(|request, body| run(request, body, $method))
                })*
                _ => None,
            }
        }
    };
}

routes! {
    account::CheckUsername => profile::check_username,
    account::GetAuthorizations => account::get_authorizations,
    account::GetNotifySettings => notify::get_notify_settings,
    account::GetPassword => password::get_password,
    account::ResetAuthorization => account::reset_authorization,
    account::ResetNotifySettings => notify::reset_notify_settings,
    account::UpdateNotifySettings => notify::update_notify_settings,
    account::UpdatePasswordSettings => password::update_password_settings,
    account::UpdateProfile => profile::update_profile,
    account::UpdateStatus => account::update_status,
    account::UpdateUsername => profile::update_username,
    auth::AcceptLoginToken => qr::accept_login_token,
    auth::BindTempAuthKey => auth::bind_temp_auth_key,
    auth::CancelCode => login::cancel_code,
    auth::CheckPassword => login::check_password,
    auth::ExportAuthorization => auth::export_authorization,
    auth::ExportLoginToken => qr::export_login_token,
    auth::ImportAuthorization => auth::import_authorization,
    auth::ImportLoginToken => qr::import_login_token,
    auth::LogOut => auth::log_out,
    auth::ResendCode => login::resend_code,
    auth::ResetAuthorizations => auth::reset_authorizations,
    auth::SendCode => login::send_code,
    auth::SignIn => login::sign_in,
    channels::CreateChannel => channels::create_channel,
    channels::DeleteChannel => channels::delete_channel,
    channels::DeleteHistory => change::delete_channel_history,
    channels::DeleteMessages => change::delete_channel_messages,
    channels::EditAdmin => admins::edit_admin,
    channels::EditBanned => admins::edit_banned,
    channels::EditTitle => channels::edit_title,
    channels::GetAdminLog => admins::get_admin_log,
    channels::GetChannels => channel_info::get_channels,
    channels::GetFullChannel => channel_info::get_full_channel,
    channels::GetMessages => history::get_channel_messages,
    channels::GetParticipant => channel_info::get_participant,
    channels::GetParticipants => channel_info::get_participants,
    channels::InviteToChannel => channels::invite_to_channel,
    channels::JoinChannel => channels::join_channel,
    channels::LeaveChannel => channels::leave_channel,
    channels::ReadHistory => channels::read_history,
    channels::ToggleForum => forums::toggle_forum,
    channels::ToggleSlowMode => admins::toggle_slow_mode,
    channels::UpdateUsername => channels::update_username,
    contacts::AddContact => contacts::add_contact,
    contacts::Block => contacts::block,
    contacts::DeleteContacts => contacts::delete_contacts,
    contacts::GetBlocked => contacts::get_blocked,
    contacts::GetContacts => contacts::get_contacts,
    contacts::ImportContacts => contacts::import_contacts,
    contacts::ResolvePhone => contacts::resolve_phone,
    contacts::ResolveUsername => contacts::resolve_username,
    contacts::Unblock => contacts::unblock,
    folders::EditPeerFolders => folders::edit_peer_folders,
    help::GetAppConfig => help::get_app_config,
    help::GetConfig => help::get_config,
    help::GetInviteText => help::get_invite_text,
    help::GetNearestDc => help::get_nearest_dc,
    help::GetTermsOfServiceUpdate => help::get_terms_of_service_update,
    langpack::GetDifference => help::get_lang_difference,
    langpack::GetLangPack => help::get_lang_pack,
    langpack::GetLanguages => help::get_languages,
    langpack::GetStrings => help::get_lang_strings,
    messages::AddChatUser => groups::add_chat_user,
    messages::CheckChatInvite => invites::check_chat_invite,
    messages::ClearAllDrafts => drafts::clear_all_drafts,
    messages::CreateChat => groups::create_chat,
    messages::CreateForumTopic => forums::create_forum_topic,
    messages::DeleteChat => groups::delete_chat,
    messages::DeleteChatUser => groups::delete_chat_user,
    messages::DeleteHistory => change::delete_history,
    messages::DeleteMessages => change::delete_messages,
    messages::DeleteScheduledMessages => scheduled::delete_scheduled_messages,
    messages::DeleteTopicHistory => forums::delete_topic_history,
    messages::EditChatDefaultBannedRights => admins::edit_chat_default_banned_rights,
    messages::EditChatTitle => groups::edit_chat_title,
    messages::EditExportedChatInvite => invites::edit_exported_chat_invite,
    messages::EditForumTopic => forums::edit_forum_topic,
    messages::EditMessage => change::edit_message,
    messages::ExportChatInvite => invites::export_chat_invite,
    messages::ForwardMessages => forward::forward_messages,
    messages::GetAllDrafts => drafts::get_all_drafts,
    messages::GetChats => groups::get_chats,
    messages::GetDialogFilters => filters::get_dialog_filters,
    messages::GetDialogs => dialogs::get_dialogs,
    messages::GetForumTopics => forums::get_forum_topics,
    messages::GetForumTopicsById => forums::get_forum_topics_by_id,
    messages::GetDialogUnreadMarks => dialogs::get_dialog_unread_marks,
    messages::GetFullChat => groups::get_full_chat,
    messages::GetHistory => history::get_history,
    messages::GetMessages => history::get_messages,
    messages::GetMessagesReactions => reactions::get_messages_reactions,
    messages::GetPeerDialogs => dialogs::get_peer_dialogs,
    messages::GetPeerSettings => dialogs::get_peer_settings,
    messages::GetPinnedDialogs => dialogs::get_pinned_dialogs,
    messages::GetPollResults => polls::get_poll_results,
    messages::GetPollVotes => polls::get_poll_votes,
    messages::GetReplies => forums::get_replies,
    messages::GetScheduledHistory => scheduled::get_scheduled_history,
    messages::GetScheduledMessages => scheduled::get_scheduled_messages,
    messages::GetSearchCounters => search::get_search_counters,
    messages::GetSuggestedDialogFilters => filters::get_suggested_dialog_filters,
    messages::GetWebPagePreview => media::get_web_page_preview,
    messages::HideChatJoinRequest => invites::hide_chat_join_request,
    messages::ImportChatInvite => invites::import_chat_invite,
    messages::MarkDialogUnread => dialogs::mark_dialog_unread,
    messages::ReadDiscussion => forums::read_discussion,
    messages::ReadHistory => messages::read_history,
    messages::ReceivedMessages => messages::received_messages,
    messages::ReorderPinnedDialogs => folders::reorder_pinned_dialogs,
    messages::SaveDraft => drafts::save_draft,
    messages::Search => search::search,
    messages::SearchGlobal => search::search_global,
    messages::SendMedia => media::send_media,
    messages::SendMessage => messages::send_message,
    messages::SendMultiMedia => media::send_multi_media,
    messages::SendReaction => reactions::send_reaction,
    messages::SendScheduledMessages => scheduled::send_scheduled_messages,
    messages::SendVote => polls::send_vote,
    messages::SetTyping => messages::set_typing,
    messages::ToggleDialogPin => folders::toggle_dialog_pin,
    messages::UnpinAllMessages => pins::unpin_all_messages,
    messages::UpdateDialogFilter => filters::update_dialog_filter,
    messages::UpdateDialogFiltersOrder => filters::update_dialog_filters_order,
    messages::UpdatePinnedForumTopic => forums::update_pinned_forum_topic,
    messages::UpdatePinnedMessage => pins::update_pinned_message,
    messages::UploadMedia => media::upload_media,
    updates::GetChannelDifference => channel_updates::get_channel_difference,
    updates::GetDifference => updates::get_difference,
    updates::GetState => updates::get_state,
    upload::GetFile => upload::get_file,
    upload::SaveBigFilePart => upload::save_big_file_part,
    upload::SaveFilePart => upload::save_file_part,
    users::GetFullUser => users::get_full_user,
    users::GetUsers => users::get_users,
}

/// Whether a request's body is one string of bytes and some numbers, which nest in nothing.
pub(super) fn is_flat(id: u32) -> bool {
    use functions::upload::{SaveBigFilePart, SaveFilePart};
    [
        SaveFilePart::CONSTRUCTOR_ID,
        SaveBigFilePart::CONSTRUCTOR_ID,
    ]
    .contains(&id)
}

/// Whether the answer is a piece of a file.
pub(super) fn is_bulk(id: u32) -> bool {
    id == functions::upload::GetFile::CONSTRUCTOR_ID
}
