//! What is known to be missing from the logs, or on its way into them.

/// What one session's log lacks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Missing {
    /// In how many sequences of messages, which channels have each and all other chats share,
    /// something could not be fetched when it was tried, or is given up.
    pub kept_out_chats: u64,
    /// How many messages are stored of which only a part can be read.
    pub unreadable_messages: u64,
    /// Of how many chats the history is being downloaded.
    pub backfills: u64,
}
