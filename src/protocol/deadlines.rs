//! Many deadlines under one timer name, such as retries or open calls: kept in the node, the earliest is armed.

use super::{Context, Draw, Protocol, TimerName};
use crate::kernel::{Instant, Span};

/// Deadlines by key, of which the earliest holds the timer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Deadlines<K, T> {
    timer: T,
    by_time: Vec<(Instant, K)>,
}

impl<K: PartialEq, T: TimerName> Deadlines<K, T> {
    /// None yet, to be kept by `timer`.
    pub fn new(timer: T) -> Self {
        Deadlines { timer, by_time: Vec::new() }
    }

    /// Whether `key` has a deadline.
    pub fn is_set(&self, key: &K) -> bool {
        self.by_time.iter().any(|(_, k)| k == key)
    }

    /// Sets the deadline of `key`, or resets it.
    pub fn set<'w, P>(&mut self, key: K, after: Span, cx: &mut impl Context<'w, P>)
    where
        P: Protocol<Timer = T>,
    {
        let armed = self.first();
        let at = cx.now() + after;
        self.by_time.retain(|(_, k)| *k != key);
        let place = self.by_time.partition_point(|deadline| deadline.0 <= at);
        self.by_time.insert(place, (at, key));
        self.rearm(armed, cx);
    }

    /// Drops the deadline of `key`.
    pub fn clear<'w, P>(&mut self, key: &K, cx: &mut impl Context<'w, P>)
    where
        P: Protocol<Timer = T>,
    {
        let armed = self.first();
        self.by_time.retain(|(_, k)| k != key);
        self.rearm(armed, cx);
    }

    /// In `on_timer`: what is due, one key a firing; arms the next.
    pub fn pop<'w, P>(&mut self, cx: &mut impl Context<'w, P>) -> Option<K>
    where
        P: Protocol<Timer = T>,
    {
        let due = match self.by_time.len() {
            0 => return None,
            1 => 0,
            pending => cx.draw(Draw::Due(pending as u32)) as usize,
        };
        let (_, key) = self.by_time.remove(due);
        self.rearm(None, cx);
        Some(key)
    }

    fn first(&self) -> Option<Instant> {
        self.by_time.first().map(|deadline| deadline.0)
    }

    fn rearm<'w, P>(&self, armed: Option<Instant>, cx: &mut impl Context<'w, P>)
    where
        P: Protocol<Timer = T>,
    {
        match self.first() {
            Some(at) if armed != Some(at) => cx.arm(self.timer, at.since(cx.now())),
            None if armed.is_some() => cx.disarm(self.timer),
            _ => {}
        }
    }
}
