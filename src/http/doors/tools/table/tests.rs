//! The table is whole and consistent.

use super::*;
use crate::http::doors::tools::policy;
use crate::http::doors::tools::schema::titled;
use std::collections::BTreeSet;

/// The original's tools, in its order.
const ORIGINAL: [&str; 15] = [
    "get_me",
    "get_entity",
    "send_message",
    "get_messages",
    "get_dialogs",
    "forward_messages",
    "delete_messages",
    "edit_message",
    "mark_read",
    "send_file",
    "get_participants",
    "create_group",
    "delete_chat",
    "join_chat",
    "leave_chat",
];

#[test]
fn the_tools_of_the_original_come_first_and_names_are_unique() {
    let names: Vec<_> = TOOLS.iter().map(|tool| tool.name).collect();
    assert_eq!(names[..15], ORIGINAL);
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    for name in names {
        assert_eq!(find(name).map(|tool| tool.name), Some(name));
    }
    assert!(find("no_such_tool").is_none());
}

#[test]
fn no_two_tools_share_a_route() {
    let routes: BTreeSet<_> = TOOLS
        .iter()
        .map(|tool| format!("{:?} {}", tool.route.method, tool.route.path))
        .collect();
    assert_eq!(routes.len(), TOOLS.len());
}

#[test]
fn chats_and_numbers_in_paths_are_parameters() {
    for tool in TOOLS.into_iter().chain([&UPLOAD_FILE]) {
        let arguments = tool.arguments(policy::REST);
        let has = |name: &str| arguments.iter().any(|argument| argument.name == name);
        assert!(
            !tool.route.names_message() || has("message_id"),
            "{}",
            tool.name
        );
        let chats = ["chat", "from_chat", "to_chat", "invite"];
        for argument in &arguments {
            assert_eq!(
                argument.names_chat,
                chats.contains(&argument.name),
                "{} {}",
                tool.name,
                argument.name
            );
        }
        assert!(
            tool.description.ends_with('.') && !tool.title.is_empty(),
            "{}",
            tool.name
        );
        assert!(tool.output.schema().is_object());
    }
}

#[test]
fn the_arguments_of_the_table_are_those_of_the_contract() {
    let shown: serde_json::Map<_, _> = TOOLS
        .iter()
        .map(|tool| {
            let arguments = tool.arguments(policy::REST);
            let arguments = arguments.iter().map(|argument| {
                let schema = titled(argument, argument.schema());
                (argument.name.to_owned(), schema.into())
            });
            let arguments: serde_json::Map<_, _> = arguments.collect();
            (tool.name.to_owned(), arguments.into())
        })
        .collect();
    insta::assert_json_snapshot!("arguments", shown);
}
