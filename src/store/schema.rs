//! The tables as Diesel sees them, in types that both databases have.
//!
//! Written by hand to match `migrations/`; a test loads every table on both databases. It owns
//! the names of tables and columns and must not know what they mean.

diesel::table! {
    archive_defaults (id) {
        id -> Integer,
        changes -> Text,
    }
}

diesel::table! {
    archive_overrides (session_id) {
        session_id -> BigInt,
        changes -> Text,
    }
}

diesel::table! {
    vault_keys (key_id) {
        key_id -> Text,
        created_at -> Timestamp,
        retired_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    hub_lock (id) {
        id -> Integer,
        instance -> Nullable<Text>,
        host_id -> Text,
        pid -> BigInt,
        process_started -> Text,
        acquired_at -> Timestamp,
        heartbeat_at -> Timestamp,
        fence -> BigInt,
    }
}

diesel::table! {
    session_names (id) {
        id -> BigInt,
        name -> Text,
        user_id -> Nullable<BigInt>,
        created_at -> Timestamp,
        tenant_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    tenants (id) {
        id -> BigInt,
        name -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    api_keys (id) {
        id -> BigInt,
        lookup -> Text,
        digest -> Binary,
        name -> Text,
        scopes -> Text,
        sessions -> Nullable<Text>,
        read_chats -> Nullable<Text>,
        write_chats -> Nullable<Text>,
        tools -> Nullable<Text>,
        tenant_id -> Nullable<BigInt>,
        replaces -> Nullable<BigInt>,
        created_at -> Timestamp,
        expires_at -> Nullable<Timestamp>,
        last_used_at -> Nullable<Timestamp>,
        revoked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    sessions (id) {
        id -> BigInt,
        state -> Text,
        state_reason -> Nullable<Text>,
        phone -> Nullable<Text>,
        user_id -> Nullable<BigInt>,
        first_name -> Nullable<Text>,
        last_name -> Nullable<Text>,
        username -> Nullable<Text>,
        home_dc -> Nullable<Integer>,
        api_id -> Integer,
        api_hash_sealed -> Binary,
        api_hash_key -> Text,
        held_by -> Nullable<Text>,
        held_until -> Nullable<Timestamp>,
        fence -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        logged_in_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    auth_keys (session_id, dc_id) {
        session_id -> BigInt,
        dc_id -> Integer,
        ipv4 -> Text,
        ipv6 -> Text,
        auth_key_sealed -> Nullable<Binary>,
        auth_key_key -> Nullable<Text>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    peer_links (session_id, peer_id) {
        session_id -> BigInt,
        peer_id -> BigInt,
        migrated_to -> Nullable<BigInt>,
        asked_at -> Nullable<Timestamp>,
        seen_chat -> Nullable<BigInt>,
        seen_message -> Nullable<Integer>,
    }
}

diesel::table! {
    peers (session_id, peer_id) {
        session_id -> BigInt,
        peer_id -> BigInt,
        kind -> Text,
        access_hash -> Nullable<BigInt>,
        username -> Nullable<Text>,
        phone -> Nullable<Text>,
        name -> Nullable<Text>,
        first_name -> Nullable<Text>,
        last_name -> Nullable<Text>,
        is_bot -> Nullable<Bool>,
        is_self -> Nullable<Bool>,
        is_broadcast -> Nullable<Bool>,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    update_states (session_id) {
        session_id -> BigInt,
        pts -> Integer,
        qts -> Integer,
        date -> Integer,
        seq -> Integer,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    channel_states (session_id, channel_id) {
        session_id -> BigInt,
        channel_id -> BigInt,
        pts -> Integer,
    }
}

diesel::table! {
    messages (id) {
        id -> BigInt,
        session_id -> BigInt,
        chat_id -> BigInt,
        message_id -> Integer,
        sender_id -> Nullable<BigInt>,
        outgoing -> Bool,
        silent -> Bool,
        text -> Text,
        text_folded -> Text,
        entities -> Text,
        reply_to -> Nullable<Integer>,
        forward -> Nullable<Text>,
        media -> Nullable<Text>,
        service -> Nullable<Text>,
        sent_at -> Timestamp,
        edited_at -> Nullable<Timestamp>,
        deleted_at -> Nullable<Timestamp>,
        captured_at -> Timestamp,
        raw -> Binary,
        pts -> Nullable<Integer>,
        is_history -> Bool,
        post_author -> Nullable<Text>,
    }
}

diesel::table! {
    history_intervals (session_id, chat_id, from_id) {
        session_id -> BigInt,
        chat_id -> BigInt,
        from_id -> Integer,
        to_id -> Integer,
    }
}

diesel::table! {
    backfills (id) {
        id -> BigInt,
        session_id -> BigInt,
        chat_id -> BigInt,
        since -> Timestamp,
        state -> Text,
        reason -> Nullable<Text>,
        next_id -> Nullable<Integer>,
        oldest_at -> Nullable<Timestamp>,
        stored -> BigInt,
        seen -> BigInt,
        started_at -> Timestamp,
        updated_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    unreadable_messages (message_row) {
        message_row -> BigInt,
        session_id -> BigInt,
        constructor -> BigInt,
        layer -> Integer,
    }
}

diesel::table! {
    media_objects (name) {
        name -> Text,
        size -> BigInt,
        used_at -> Timestamp,
    }
}

diesel::table! {
    media (id) {
        id -> BigInt,
        uuid -> Text,
        session_id -> BigInt,
        chat_id -> BigInt,
        message_id -> Integer,
        message_edited_at -> Nullable<Timestamp>,
        class -> Text,
        kind -> Text,
        file_id -> BigInt,
        mime_type -> Text,
        file_name -> Nullable<Text>,
        size -> BigInt,
        state -> Text,
        object -> Nullable<Text>,
        attempts -> Integer,
        pinned -> Bool,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    message_revisions (id) {
        id -> BigInt,
        message_row -> BigInt,
        text -> Text,
        entities -> Text,
        media -> Nullable<Text>,
        edited_at -> Nullable<Timestamp>,
        raw -> Binary,
        replaced_at -> Timestamp,
        pts -> Nullable<Integer>,
    }
}

diesel::table! {
    sends (session_id, client_key) {
        session_id -> BigInt,
        client_key -> Text,
        random_id -> BigInt,
        request_hash -> Binary,
        state -> Text,
        chat_id -> Nullable<BigInt>,
        message_id -> Nullable<Integer>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    flood_waits (session_id, method) {
        session_id -> BigInt,
        method -> Text,
        until -> Timestamp,
    }
}

diesel::table! {
    log_outs (id) {
        id -> BigInt,
        session_id -> BigInt,
        dc_id -> Integer,
        api_id -> Integer,
        auth_key_sealed -> Binary,
        auth_key_key -> Text,
        unlikely -> Bool,
        attempts -> Integer,
        reason -> Nullable<Text>,
        due_at -> Timestamp,
        created_at -> Timestamp,
    }
}

diesel::table! {
    sequences (session_id, box_id) {
        session_id -> BigInt,
        box_id -> BigInt,
        complete_to -> Integer,
    }
}

diesel::table! {
    gaps (id) {
        id -> BigInt,
        session_id -> BigInt,
        box_id -> BigInt,
        cause -> Text,
        times -> Integer,
        after_id -> Nullable<Integer>,
        verify_to -> Nullable<Integer>,
        up_to_id -> Nullable<Integer>,
        found -> Integer,
        absent -> Integer,
        changed -> Integer,
        reason -> Nullable<Text>,
        opened_at -> Timestamp,
        closed_at -> Nullable<Timestamp>,
        given_up -> Bool,
        not_compared_to -> Nullable<Integer>,
        unreadable -> Nullable<Text>,
    }
}

diesel::table! {
    listings (session_id) {
        session_id -> BigInt,
        begins_at -> Nullable<Timestamp>,
        listed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    usernames (session_id, username) {
        session_id -> BigInt,
        username -> Text,
        peer_id -> BigInt,
        seen_at -> Timestamp,
    }
}

diesel::joinable!(sessions -> session_names (id));
diesel::joinable!(messages -> session_names (session_id));
diesel::joinable!(media -> media_objects (object));
diesel::joinable!(message_revisions -> messages (message_row));
diesel::joinable!(unreadable_messages -> messages (message_row));

diesel::allow_tables_to_appear_in_same_query!(
    api_keys,
    archive_defaults,
    archive_overrides,
    auth_keys,
    backfills,
    channel_states,
    flood_waits,
    gaps,
    history_intervals,
    hub_lock,
    listings,
    log_outs,
    media,
    media_objects,
    message_revisions,
    messages,
    peer_links,
    peers,
    sends,
    sequences,
    session_names,
    sessions,
    tenants,
    unreadable_messages,
    update_states,
    usernames,
    vault_keys,
);
