//! One poll: what may be asked, who has voted for what, and until when.
//!
//! Owns the votes. It knows neither the messages that show it nor who is told.
//! Source: <https://core.telegram.org/api/poll>.

use std::collections::BTreeSet;

use grammers_tl_types::enums::{MessageEntity, PollAnswer, TextWithEntities};
use grammers_tl_types::types;

use super::ids::UserId;
use super::random::random;
use super::refusal::Refusal;

/// Answers to choose from, at most.
const MAX_ANSWERS: usize = 12;
/// The longest question, in characters.
const MAX_QUESTION: usize = 255;
/// The longest answer, in characters, and the longest name of one, in bytes.
const MAX_ANSWER: usize = 100;
/// The shortest and the longest time that a poll may be open, in seconds.
const OPEN: std::ops::RangeInclusive<i32> = 5..=2_628_000;

/// A poll's id, the same wherever it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PollId(pub i64);

/// A poll with its votes.
#[derive(Clone, Debug)]
pub struct Poll {
    /// As it was sent, with an id of its own and a name for each answer.
    pub asked: types::Poll,
    /// Who asked.
    pub author: UserId,
    /// Which answers are right, by place; none if it is no quiz.
    pub correct: Vec<usize>,
    /// What is told to who has voted in a quiz.
    pub solution: Option<(String, Vec<MessageEntity>)>,
    /// Oldest first, each person once.
    pub votes: Vec<Vote>,
}

/// One person's vote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vote {
    /// Whose.
    pub user: UserId,
    /// For which answers, by place, ascending.
    pub answers: Vec<usize>,
    /// When, in seconds since 1970.
    pub date: i32,
}

impl Poll {
    /// A poll as a client hands it in.
    ///
    /// # Errors
    /// 400 `POLL_QUESTION_INVALID`, `POLL_ANSWERS_INVALID`, `POLL_ANSWER_INVALID`,
    /// `POLL_OPTION_INVALID`, `POLL_OPTION_DUPLICATE`, `QUIZ_CORRECT_ANSWERS_EMPTY`,
    /// `QUIZ_CORRECT_ANSWERS_TOO_MUCH`, `QUIZ_CORRECT_ANSWER_INVALID`,
    /// `POLL_CLOSE_DATE_INVALID`.
    pub fn new(author: UserId, input: types::InputMediaPoll, now: i32) -> Result<Self, Refusal> {
        let grammers_tl_types::enums::Poll::Poll(mut asked) = input.poll;
        if !is_between(&asked.question, MAX_QUESTION) {
            return Err(Refusal::bad("POLL_QUESTION_INVALID"));
        }
        if !(2..=MAX_ANSWERS).contains(&asked.answers.len()) {
            return Err(Refusal::bad("POLL_ANSWERS_INVALID"));
        }
        asked.answers = named(asked.answers)?;
        let correct = input.correct_answers.unwrap_or_default();
        let correct = correct_places(&asked, &correct)?;
        if let Some(period) = asked.close_period {
            asked.close_date = Some(now.saturating_add(period));
        }
        let open = asked.close_date.map(|date| date.saturating_sub(now));
        if open.is_some_and(|open| !OPEN.contains(&open)) {
            return Err(Refusal::bad("POLL_CLOSE_DATE_INVALID"));
        }
        asked.id = i64::from_le_bytes(random());
        asked.hash = asked.id.rotate_left(32) ^ 1;
        let entities = input.solution_entities.unwrap_or_default();
        let solution = input.solution.filter(|text| asked.quiz && !text.is_empty());
        Ok(Self {
            asked,
            author,
            correct,
            solution: solution.map(|text| (text, entities)),
            votes: Vec::new(),
        })
    }

    /// Whether nobody may vote any more.
    pub fn is_closed(&self, now: i32) -> bool {
        self.asked.closed || self.asked.close_date.is_some_and(|date| date <= now)
    }

    /// The vote of somebody.
    pub fn vote_of(&self, user: UserId) -> Option<&Vote> {
        self.votes.iter().find(|vote| vote.user == user)
    }

    /// The name of the answer at a place.
    pub fn option(&self, place: usize) -> &[u8] {
        match self.asked.answers.get(place) {
            Some(PollAnswer::Answer(answer)) => &answer.option,
            _ => &[],
        }
    }

    /// Votes, changes a vote, or without any answer takes it back.
    ///
    /// # Errors
    /// 400 `MESSAGE_POLL_CLOSED`, `OPTION_INVALID`, `OPTIONS_TOO_MUCH`, `REVOTE_NOT_ALLOWED`.
    pub fn vote(&mut self, user: UserId, options: &[Vec<u8>], now: i32) -> Result<(), Refusal> {
        if self.is_closed(now) {
            return Err(Refusal::bad("MESSAGE_POLL_CLOSED"));
        }
        let places = 0..self.asked.answers.len();
        let place = |option: &Vec<u8>| places.clone().find(|at| self.option(*at) == *option);
        let chosen: Option<BTreeSet<usize>> = options.iter().map(place).collect();
        let chosen = chosen.ok_or_else(|| Refusal::bad("OPTION_INVALID"))?;
        if chosen.len() > 1 && !self.asked.multiple_choice {
            return Err(Refusal::bad("OPTIONS_TOO_MUCH"));
        }
        let is_final = self.asked.quiz || self.asked.revoting_disabled;
        if is_final && self.vote_of(user).is_some() {
            return Err(Refusal::bad("REVOTE_NOT_ALLOWED"));
        }
        self.votes.retain(|vote| vote.user != user);
        if !chosen.is_empty() {
            self.votes.push(Vote {
                user,
                answers: chosen.into_iter().collect(),
                date: now,
            });
        }
        Ok(())
    }
}

fn is_between(text: &TextWithEntities, most: usize) -> bool {
    let TextWithEntities::Entities(text) = text;
    let text = text.text.trim();
    !text.is_empty() && text.chars().count() <= most
}

/// The answers, each under the name that the client gave it, else under its number.
fn named(answers: Vec<PollAnswer>) -> Result<Vec<PollAnswer>, Refusal> {
    let mut names = BTreeSet::new();
    let answers = answers.into_iter().enumerate().map(|(place, answer)| {
        let (text, option) = match answer {
            PollAnswer::Answer(answer) => (answer.text, answer.option),
            PollAnswer::InputPollAnswer(answer) => (answer.text, place.to_string().into_bytes()),
        };
        if !is_between(&text, MAX_ANSWER) {
            return Err(Refusal::bad("POLL_ANSWER_INVALID"));
        }
        if !(1..=MAX_ANSWER).contains(&option.len()) {
            return Err(Refusal::bad("POLL_OPTION_INVALID"));
        }
        if !names.insert(option.clone()) {
            return Err(Refusal::bad("POLL_OPTION_DUPLICATE"));
        }
        let answer = types::PollAnswer {
            text,
            option,
            media: None,
            added_by: None,
            date: None,
        };
        Ok(answer.into())
    });
    answers.collect()
}

fn correct_places(asked: &types::Poll, correct: &[i32]) -> Result<Vec<usize>, Refusal> {
    if !asked.quiz {
        return Ok(Vec::new());
    }
    if correct.is_empty() {
        return Err(Refusal::bad("QUIZ_CORRECT_ANSWERS_EMPTY"));
    }
    if correct.len() > 1 && !asked.multiple_choice {
        return Err(Refusal::bad("QUIZ_CORRECT_ANSWERS_TOO_MUCH"));
    }
    let place = |place: &i32| {
        let place = usize::try_from(*place).ok();
        place.filter(|place| *place < asked.answers.len())
    };
    let places: Option<Vec<usize>> = correct.iter().map(place).collect();
    places.ok_or_else(|| Refusal::bad("QUIZ_CORRECT_ANSWER_INVALID"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> TextWithEntities {
        types::TextWithEntities {
            text: text.to_owned(),
            entities: Vec::new(),
        }
        .into()
    }

    fn poll(answers: &[&str], change: impl FnOnce(&mut types::Poll)) -> Result<Poll, String> {
        let answer = |answer: &&str| {
            let answer = types::InputPollAnswer {
                text: text(answer),
                media: None,
            };
            answer.into()
        };
        let mut asked = types::Poll {
            id: 0,
            closed: false,
            public_voters: false,
            multiple_choice: false,
            quiz: false,
            open_answers: false,
            revoting_disabled: false,
            shuffle_answers: false,
            hide_results_until_close: false,
            creator: false,
            subscribers_only: false,
            question: text("why?"),
            answers: answers.iter().map(answer).collect(),
            close_period: None,
            close_date: None,
            countries_iso2: None,
            hash: 0,
        };
        change(&mut asked);
        let input = types::InputMediaPoll {
            poll: asked.into(),
            correct_answers: Some(vec![1]),
            attached_media: None,
            solution: None,
            solution_entities: None,
            solution_media: None,
        };
        Poll::new(UserId(1), input, 1000).map_err(|refusal| refusal.name)
    }

    fn refused(made: Result<Poll, String>) -> String {
        made.map(drop).unwrap_err()
    }

    #[test]
    fn a_poll_needs_a_question_and_answers() {
        assert_eq!(refused(poll(&["a"], |_| {})), "POLL_ANSWERS_INVALID");
        assert_eq!(refused(poll(&["a", " "], |_| {})), "POLL_ANSWER_INVALID");
        let empty = poll(&["a", "b"], |poll| poll.question = text(" "));
        assert_eq!(refused(empty), "POLL_QUESTION_INVALID");
        let short = poll(&["a", "b"], |poll| poll.close_period = Some(4));
        assert_eq!(refused(short), "POLL_CLOSE_DATE_INVALID");
        let quiz = poll(&["a", "b"], |poll| poll.quiz = true).unwrap();
        assert_eq!((quiz.correct, quiz.asked.answers.len()), (vec![1], 2));
    }

    #[test]
    fn a_vote_is_changed_and_taken_back_until_the_poll_is_closed() {
        let mut poll = poll(&["a", "b"], |poll| poll.close_period = Some(60)).unwrap();
        let option = |text: &str| text.as_bytes().to_vec();
        let (a, b, both) = ([option("0")], [option("1")], [option("0"), option("1")]);
        let user = UserId(2);
        let mut vote = |options: &[Vec<u8>], now| {
            let voted = poll
                .vote(user, options, now)
                .map_err(|refusal| refusal.name);
            voted.map(|()| poll.vote_of(user).map(|vote| vote.answers.clone()))
        };
        assert_eq!(vote(&a, 1000), Ok(Some(vec![0])));
        assert_eq!(vote(&b, 1000), Ok(Some(vec![1])));
        assert_eq!(vote(&both, 1000), Err("OPTIONS_TOO_MUCH".to_owned()));
        assert_eq!(vote(&[option("7")], 1000), Err("OPTION_INVALID".to_owned()));
        assert_eq!(vote(&[], 1059), Ok(None));
        assert_eq!(vote(&[], 1060), Err("MESSAGE_POLL_CLOSED".to_owned()));
    }
}
