//! Forums: supergroups whose messages stand in topics.
//!
//! Owns the changes of topics, and in which of them a message goes. How they look is `rpc`'s.
//! Source: <https://core.telegram.org/api/forum>.

use super::World;
use super::admin_log::Act;
use super::deliver::Body;
use super::ids::{ChannelId, MessageId, Peer, PostId, UserId};
use super::news::Origin;
use super::post::Action;
use super::refusal::Refusal;
use super::send::Sent;
use super::topics::{COLOURS, GENERAL, Topic, TopicChange, check_change, checked_title};

/// Topics that may be pinned.
const MAX_PINNED: usize = 5;

impl World {
    /// Makes a supergroup a forum, or a plain one again.
    ///
    /// # Errors
    /// As `Channel::check_creator`; 400 `CHAT_ID_INVALID`, `CHAT_NOT_MODIFIED`.
    pub fn set_forum(
        &mut self,
        actor: UserId,
        id: ChannelId,
        (enabled, tabs): (bool, bool),
        origin: Option<Origin>,
    ) -> Result<(), Refusal> {
        let channel = self.channel_mut(id)?;
        channel.check_creator(actor)?;
        channel.check_supergroup()?;
        let (author, date) = (channel.creator, channel.date);
        let forum = &mut channel.forum;
        if (forum.enabled, forum.tabs) == (enabled, tabs) {
            return Err(Refusal::bad("CHAT_NOT_MODIFIED"));
        }
        (forum.enabled, forum.tabs) = (enabled, tabs);
        forum.topics.entry(GENERAL).or_insert_with(|| Topic {
            title: "General".to_owned(),
            colour: COLOURS[0],
            emoji: None,
            author,
            date,
            closed: false,
            hidden: false,
        });
        self.log(id, actor, Act::Forum(enabled));
        self.tell_each_member(actor, id, origin);
        Ok(())
    }

    /// Makes a topic; its id is that of the service message that tells of it.
    ///
    /// # Errors
    /// 400 `CHANNEL_FORUM_MISSING`, `TOPIC_TITLE_EMPTY`; 403 `CHAT_WRITE_FORBIDDEN`, also for who
    /// may make no topics.
    pub fn create_topic(
        &mut self,
        user: UserId,
        id: ChannelId,
        (title, colour, emoji): (&str, Option<i32>, Option<i64>),
        random_id: i64,
        origin: Option<Origin>,
    ) -> Result<Sent, Refusal> {
        if let Some(sent) = self.sent_before(user, Some(random_id)) {
            return Ok(sent);
        }
        let channel = self.channel_mut(id)?;
        channel.check_writer(user)?;
        channel.check_forum()?;
        if channel.is_denied(user, |ban| ban.manage_topics) {
            return Err(Refusal::forbidden("CHAT_WRITE_FORBIDDEN"));
        }
        let title = checked_title(title)?;
        let colour = colour.filter(|colour| COLOURS.contains(colour));
        let topic = Topic {
            title: title.clone(),
            colour: colour.unwrap_or(COLOURS[0]),
            emoji: emoji.filter(|emoji| *emoji != 0),
            author: user,
            date: self.now(),
            closed: false,
            hidden: false,
        };
        let (colour, emoji) = (topic.colour, topic.emoji);
        let action = Action::TopicCreated {
            title,
            colour,
            emoji,
        };
        let sent = self.publish(user, id, Body::service(action), origin)?;
        self.channel_mut(id)?.forum.topics.insert(sent.id, topic);
        if let Some(account) = self.accounts.get_mut(&user) {
            account.sent.insert(random_id, sent);
        }
        self.log(id, user, Act::TopicCreated(sent.id));
        Ok(sent)
    }

    /// Changes a topic, and tells of it in the topic.
    ///
    /// # Errors
    /// 400 `CHANNEL_FORUM_MISSING`, `CHAT_ADMIN_REQUIRED`, `TOPIC_TITLE_EMPTY`,
    /// `TOPIC_NOT_MODIFIED`, `TOPIC_CLOSE_SEPARATELY`, `TOPIC_HIDE_SEPARATELY`,
    /// `GENERAL_MODIFY_ICON_FORBIDDEN`, and those of `Forum::topic`.
    pub fn edit_topic(
        &mut self,
        user: UserId,
        (id, topic_id): (ChannelId, MessageId),
        mut change: TopicChange,
        origin: Option<Origin>,
    ) -> Result<Sent, Refusal> {
        let title = change.title.as_deref().map(checked_title);
        change.title = title.transpose()?;
        let channel = self.channel_mut(id)?;
        channel.check_writer(user)?;
        channel.check_forum()?;
        let before = channel.forum.topic(topic_id)?.clone();
        channel.check_keeper(user, &before)?;
        check_change(&change, topic_id)?;
        let after = before.clone().changed(&change);
        if after == before {
            return Err(Refusal::bad("TOPIC_NOT_MODIFIED"));
        }
        channel.forum.topics.insert(topic_id, after);
        self.log(id, user, Act::TopicEdited(topic_id, Box::new(before)));
        let body = Body {
            topic: Some(topic_id).filter(|id| *id != GENERAL),
            ..Body::service(Action::TopicEdited(change))
        };
        self.publish(user, id, body, origin)
    }

    /// Pins a topic to the top of the list, or takes the pin away.
    ///
    /// # Errors
    /// 400 `CHANNEL_FORUM_MISSING`, `CHAT_ADMIN_REQUIRED`, `PINNED_TOO_MUCH`,
    /// `PINNED_TOPIC_NOT_MODIFIED`, and those of `Forum::topic`.
    pub fn pin_topic(
        &mut self,
        user: UserId,
        (id, topic): (ChannelId, MessageId),
        pinned: bool,
    ) -> Result<(), Refusal> {
        let channel = self.channel_mut(id)?;
        channel.check_right(user, |rights| rights.manage_topics)?;
        channel.check_forum()?;
        channel.forum.topic(topic)?;
        let list = &mut channel.forum.pinned;
        if list.contains(&topic) == pinned {
            return Err(Refusal::bad("PINNED_TOPIC_NOT_MODIFIED"));
        }
        if pinned && list.len() >= MAX_PINNED {
            return Err(Refusal::bad("PINNED_TOO_MUCH"));
        }
        list.retain(|one| *one != topic);
        if pinned {
            list.insert(0, topic);
        }
        Ok(())
    }

    /// Deletes a topic with its messages for everybody, and answers the pts and how far it moved.
    ///
    /// # Errors
    /// 400 `CHANNEL_FORUM_MISSING`, `TOPIC_ID_INVALID` for the one for everything else,
    /// `CHAT_ADMIN_REQUIRED`, and those of `Forum::topic`.
    pub fn delete_topic(
        &mut self,
        user: UserId,
        (id, topic): (ChannelId, MessageId),
        origin: Option<Origin>,
    ) -> Result<(i32, i32), Refusal> {
        let ids = self.topic_messages(user, id, topic);
        let channel = self.channel_mut(id)?;
        channel.check_forum()?;
        if topic == GENERAL {
            return Err(Refusal::bad("TOPIC_ID_INVALID"));
        }
        channel.forum.topic(topic)?;
        channel.check_right(user, |rights| rights.delete_messages)?;
        channel.forum.topics.remove(&topic);
        channel.forum.pinned.retain(|one| *one != topic);
        channel.forum.deleted.insert(topic);
        self.delete_in_channel(user, id, &ids, origin)
    }

    /// The messages of a topic that `user` sees, oldest first, the one that made it among them.
    pub fn topic_messages(&self, user: UserId, id: ChannelId, topic: MessageId) -> Vec<MessageId> {
        let Some(channel) = self.channel(id) else {
            return Vec::new();
        };
        let all = self.messages_in(user, Peer::Channel(id)).iter().copied();
        let within = all.filter(|one| {
            let post = channel.line(*one).and_then(|line| self.post(line.post));
            post.is_some_and(|post| match post.topic {
                Some(own) => own == topic,
                None if topic == GENERAL => {
                    !channel.forum.topics.contains_key(one) || *one == topic
                }
                None => *one == topic,
            })
        });
        within.collect()
    }

    /// Marks a topic as read by a member up to `max`. False if that changes nothing.
    ///
    /// # Errors
    /// 400 `MSG_ID_INVALID` for what is no topic.
    pub fn read_topic(
        &mut self,
        user: UserId,
        (id, topic): (ChannelId, MessageId),
        max: MessageId,
    ) -> Result<bool, Refusal> {
        let channel = self.channel_mut(id)?;
        if !channel.forum.topics.contains_key(&topic) {
            return Err(Refusal::bad("MSG_ID_INVALID"));
        }
        let read = channel.forum.read.entry((user, topic)).or_default();
        let is_new = max > *read;
        *read = max.max(*read);
        Ok(is_new)
    }

    /// Which message a new one answers, and in which topic it stands: the one that is named, that
    /// of the answered message, or none for the one for everything else.
    ///
    /// # Errors
    /// 400 `REPLY_MESSAGE_ID_INVALID`, `TOPIC_CLOSED`, and those of `Forum::topic`.
    pub(super) fn threaded(
        &self,
        from: UserId,
        to: Peer,
        reply_to: Option<MessageId>,
        topic: Option<MessageId>,
    ) -> Result<(Option<PostId>, Option<MessageId>), Refusal> {
        let channel = to.channel().and_then(|id| self.channel(id));
        let Some(channel) = channel.filter(|channel| channel.forum.enabled) else {
            return Ok((self.replied(from, to, reply_to)?, None));
        };
        let forum = &channel.forum;
        let is_topic = |id: &MessageId| forum.topics.contains_key(id) || forum.deleted.contains(id);
        let named = topic.or(reply_to.filter(is_topic));
        let answered = reply_to.filter(|id| !is_topic(id));
        let answered = self.replied(from, to, answered)?;
        let own = answered.and_then(|post| self.post(post)?.topic);
        let topic = named.or(own).unwrap_or(GENERAL);
        let found = forum.topic(topic)?;
        if found.closed && channel.check_keeper(from, found).is_err() {
            return Err(Refusal::bad("TOPIC_CLOSED"));
        }
        Ok((answered, Some(topic).filter(|topic| *topic != GENERAL)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::admins::tests::group;
    use super::super::post::Content;
    use super::super::send::Draft;
    use super::*;

    #[test]
    fn a_message_stands_in_the_topic_that_it_names_or_answers() {
        let (mut world, _, id, [alice, bob, _]) = group();
        let to = Peer::Channel(id);
        let looks = ("talk", None, None);
        let made = world.create_topic(alice, id, looks, 1, None);
        assert_eq!(made, Err(Refusal::bad("CHANNEL_FORUM_MISSING")));
        world.set_forum(alice, id, (true, false), None).unwrap();
        let topic = world.create_topic(alice, id, looks, 1, None).unwrap().id;
        // The same number again makes no second one.
        assert_eq!(
            world.create_topic(alice, id, looks, 1, None).unwrap().id,
            topic
        );
        let mut send = |reply_to: Option<MessageId>, topic: Option<MessageId>| {
            let draft = Draft {
                content: Content::plain("text"),
                reply_to,
                topic,
                ..Draft::default()
            };
            world
                .send(bob, to, draft, None)
                .map_err(|refusal| refusal.name)
        };
        let named = send(None, Some(topic)).unwrap();
        let root = send(Some(topic), None).unwrap();
        let answer = send(Some(root.id), None).unwrap();
        let general = send(None, None).unwrap();
        let unknown = send(None, Some(general.id)).unwrap_err();
        assert_eq!(unknown, "TOPIC_ID_INVALID");
        let all = world.topic_messages(bob, id, topic);
        assert_eq!(all, [topic, named.id, root.id, answer.id]);
        let post = |sent: Sent| world.post(sent.post).unwrap().reply_to;
        assert_eq!((post(root), post(answer)), (None, Some(root.post)));
        let rest = world.topic_messages(bob, id, GENERAL);
        assert_eq!(rest.last(), Some(&general.id));
    }
}
