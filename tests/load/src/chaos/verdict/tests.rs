//! The comparison finds every kind of fault, and excuses one.

use super::super::expectation::expectations;
use super::super::journal::Disturbance;
use super::*;
use local_dc::dc::DcOptions;
use local_dc::dc::chats::NewChat;
use local_dc::world::change::Reach;
use local_dc::world::channel::ChannelKind;
use telegram_hub::model::{SessionId, SessionName, UtcTime};

const PHONES: [&str; 2] = ["+15550000001", "+15550000003"];

/// A data centre with a pair and a channel, and a log that tells of it without a fault.
struct Scene {
    dc: Dc,
    ledger: Vec<Entry>,
    fleet: Vec<Member>,
    rows: Vec<MessageRow>,
    revisions: Vec<RevisionRow>,
    faults: Vec<Disturbance>,
    unreadable: Vec<usize>,
}

impl Scene {
    fn new() -> Self {
        let dc = Dc::start(DcOptions::default()).unwrap();
        let [alice, carol] = PHONES;
        let readers = [carol];
        let new = NewChat::new(alice, "a channel").with(&readers);
        let channel = dc.create_channel(ChannelKind::Broadcast, new).unwrap();
        dc.send(alice, &channel.to_string(), "m0 v0 post").unwrap();
        let first = dc.send(alice, carol, "m1 v0").unwrap();
        dc.edit(alice, first.sender, "m1 v1").unwrap();
        let second = dc.send(carol, alice, "m2 v0").unwrap();
        dc.delete(carol, &[second.sender], Reach::Everybody)
            .unwrap();
        let fleet = PHONES.iter().enumerate().map(|(number, phone)| Member {
            session: SessionId(i64::try_from(number).unwrap() + 1),
            name: SessionName::parse(phone).unwrap(),
            phone: (*phone).to_owned(),
            user_id: dc.user(phone).unwrap().0,
        });
        let (fleet, ledger) = (fleet.collect::<Vec<_>>(), dc.ledger());
        let rows = rows(&dc, &ledger, &fleet);
        let edited = rows.iter().filter(|row| row.text == "m1 v1");
        let revisions = edited.map(|row| RevisionRow {
            message_row: row.id,
            text: "m1 v0".to_owned(),
        });
        Self {
            revisions: revisions.collect(),
            dc,
            ledger,
            fleet,
            rows,
            faults: Vec::new(),
            unreadable: Vec::new(),
        }
    }

    fn verdict(&self) -> Verdict {
        compare(&Evidence {
            dc: &self.dc,
            ledger: &self.ledger,
            before: 0,
            fleet: &self.fleet,
            rows: &self.rows,
            revisions: &self.revisions,
            faults: &self.faults,
            unreadable: &self.unreadable,
            appeared: &HashMap::new(),
        })
    }

    fn findings(&self) -> Vec<Finding> {
        let mut kinds: Vec<Finding> = self
            .verdict()
            .findings
            .iter()
            .map(|(kind, _)| *kind)
            .collect();
        kinds.sort_unstable();
        kinds
    }

    fn row(&mut self, text: &str) -> &mut MessageRow {
        self.rows.iter_mut().find(|row| row.text == text).unwrap()
    }
}

fn rows(dc: &Dc, ledger: &[Entry], fleet: &[Member]) -> Vec<MessageRow> {
    let expected = expectations(dc, ledger, fleet);
    let row = |(number, expectation): (usize, &Expectation<'_>)| MessageRow {
        id: i64::try_from(number).unwrap() + 1,
        session_id: expectation.place.0,
        chat_id: expectation.place.1,
        message_id: expectation.place.2,
        sender_id: Some(expectation.entry.sender),
        text: expectation.entry.text.clone(),
        service: expectation.entry.service.map(|_| "{}".to_owned()),
        deleted_at: expectation.deleted.then(UtcTime::now),
        captured_at: UtcTime::now(),
    };
    expected.iter().enumerate().map(row).collect()
}

#[tokio::test]
async fn a_log_that_tells_everything_passes() {
    let scene = Scene::new();
    let verdict = scene.verdict();
    assert_eq!(verdict.findings, []);
    assert_eq!((verdict.unseen, verdict.expected), (0, verdict.captured));
    assert!(verdict.captured >= 6, "{}", verdict.captured);
}

#[tokio::test]
async fn every_fault_of_a_log_is_found() {
    let mut scene = Scene::new();
    scene.row("m0 v0 post").text = "m0 v9".to_owned();
    assert_eq!(scene.findings(), [Finding::WrongText]);

    let mut scene = Scene::new();
    scene.row("m1 v1").sender_id = Some(1);
    scene.row("m1 v1").service = Some("{}".to_owned());
    assert_eq!(scene.findings(), [Finding::WrongSender, Finding::WrongKind]);

    let mut scene = Scene::new();
    scene.row("m2 v0").deleted_at = None;
    scene.row("m1 v1").deleted_at = Some(UtcTime::now());
    assert_eq!(scene.findings(), [Finding::WrongDeletion; 2]);

    let mut scene = Scene::new();
    let copy = scene.revisions[0].clone();
    scene.revisions.push(copy);
    scene.revisions[1].text = "m1 v7".to_owned();
    assert_eq!(scene.findings(), [Finding::Doubled, Finding::WrongRevision]);
}

#[tokio::test]
async fn a_text_under_two_numbers_is_doubled_and_unknown() {
    let mut scene = Scene::new();
    let mut copy = scene.row("m1 v1").clone();
    copy.message_id += 100;
    scene.rows.push(copy);
    assert_eq!(scene.findings(), [Finding::Doubled, Finding::Unknown]);
}

#[tokio::test]
async fn a_missing_row_is_lost_unless_its_message_was_unreadable_and_soon_gone() {
    let mut scene = Scene::new();
    scene.rows.retain(|row| row.text != "m2 v0");
    scene.unreadable.push(1);
    assert_eq!(scene.findings(), [Finding::Lost; 2]);
    scene.unreadable.push(2);
    let verdict = scene.verdict();
    assert_eq!((verdict.unseen, verdict.findings.len()), (2, 0));
    // The excuse is not for messages that are still there.
    scene.rows.retain(|row| row.text != "m1 v1");
    assert_eq!(scene.findings(), [Finding::Lost; 2]);
}

#[tokio::test]
async fn a_missing_row_is_lost_unless_its_message_was_deleted_under_a_fault() {
    let mut scene = Scene::new();
    scene.rows.retain(|row| row.text != "m2 v0");
    assert_eq!(scene.findings(), [Finding::Lost; 2]);

    let sent = scene.ledger.iter().find(|entry| entry.text == "m2 v0");
    let from = sent.unwrap().sent_at;
    scene.faults.push(Disturbance {
        account: Some(0),
        channel: None,
        from,
        until: from + 1_000_000,
        stopped_until: None,
    });
    let verdict = scene.verdict();
    assert_eq!((verdict.unseen, verdict.findings.len()), (1, 1));

    // The excuse is not for messages that are still there.
    scene.rows.retain(|row| row.text != "m1 v1");
    assert_eq!(scene.findings(), [Finding::Lost; 3]);
}
