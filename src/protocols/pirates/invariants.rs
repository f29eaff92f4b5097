//! What must hold in every run of pirates, checked from what they say and tell, and by a look at all of them.

use std::collections::BTreeMap;

use super::message::{Fact, Message};
use super::tally::Gold;
use super::{Keeps, Node};
use crate::check::{Invariant, Verdicts, Violation};
use crate::kernel::{Instant, NodeId, Span};
use crate::protocol::{Effect, Input, Observer, Origin};
use crate::simulation::Nodes;

/// All of them.
pub const INVARIANTS: &[Invariant] = &[
    Invariant {
        name: "gold_conserved",
        says: "coins in purses, under way, lost and overboard are the coins minted and counterfeited",
        source: "kinetic exchange conserves money (Dragulescu & Yakovenko 2000, section 2)",
    },
    Invariant {
        name: "books_balance",
        says: "a pirate's credits, strangers' and forgotten coins are the coins it accepted from pirates",
        source: "double entry",
    },
    Invariant {
        name: "buddies_sound",
        says: "buddies exist, are distinct, are not oneself, and are at most dunbar",
        source: "spigo's pirates",
    },
    Invariant {
        name: "only_buddies_hear",
        says: "a pirate sends to buddies and the controller only, and forget to the one dropped",
        source: "a name is an address (spigo)",
    },
    Invariant {
        name: "names_have_a_source",
        says: "a pirate drops only names on its list, and never to the one named",
        source: "spigo's name dropping",
    },
    Invariant {
        name: "rumours_have_a_source",
        says: "who tells a rumour has heard it",
        source: "the simple epidemic (Demers et al. 1987, section 1.4)",
    },
    Invariant {
        name: "quiet_after_goodbye",
        says: "a pirate that said goodbye sends nothing more",
        source: "spigo's goodbye",
    },
    Invariant {
        name: "the_restarted_ask",
        says: "a restarted pirate without a chat, up and not dismissed, says hello at least once a second",
        source: "the rejoin of restarted pirates",
    },
];

/// Who waits for a chat asks again within this.
const PATIENCE: Span = Span::from_secs(1);

/// A shadow of what each pirate may say, kept from facts alone.
#[derive(Clone, Debug)]
pub struct Checks {
    verdicts: Verdicts,
    controller: NodeId,
    dunbar: usize,
    shadows: Vec<Shadow>,
    /// Restarted pirates that wait for a chat, and when they asked last.
    asking: BTreeMap<NodeId, Instant>,
}

#[derive(Clone, Debug, Default)]
struct Shadow {
    buddies: Vec<NodeId>,
    /// Who was dropped last, and may be told so.
    dropped: Option<NodeId>,
    rumours: u16,
    has_left: bool,
    started: bool,
    /// Coins accepted from pirates.
    accepted: u64,
}

impl Checks {
    /// Checks the invariants that are enabled, for so many pirates.
    pub fn new(verdicts: Verdicts, pirates: u32, dunbar: u8) -> Checks {
        let count = if verdicts.checks_any() { pirates as usize } else { 0 };
        Checks {
            verdicts,
            controller: NodeId(pirates),
            dunbar: usize::from(dunbar),
            shadows: vec![Shadow::default(); count],
            asking: BTreeMap::new(),
        }
    }

    /// What was found.
    pub fn verdicts(&self) -> &Verdicts {
        &self.verdicts
    }

    fn violate(&mut self, name: &'static str, at: Instant, node: NodeId, detail: String) {
        self.verdicts.violate(Violation { invariant: name, at, node: Some(node), detail });
    }

    fn check_send(&mut self, at: Instant, [source, target]: [NodeId; 2], message: &Message) {
        let shadow = &mut self.shadows[source.index()];
        let is_buddy = shadow.buddies.contains(&target);
        let may_hear = match message {
            Message::Forget => shadow.dropped.take() == Some(target),
            _ => is_buddy || target == self.controller,
        };
        let (has_left, rumours) = (shadow.has_left, shadow.rumours);
        let knows = |name: &NodeId| shadow.buddies.contains(name);
        let sourced = match message {
            Message::NameDrop { about } => knows(about) && *about != target,
            _ => true,
        };
        if !may_hear {
            let detail = format!("{message:?} to {target}, which is no buddy");
            self.violate("only_buddies_hear", at, source, detail);
        }
        if !sourced {
            let detail = format!("{message:?} to {target}");
            self.violate("names_have_a_source", at, source, detail);
        }
        if let Message::Rumour { set } = message
            && set & !rumours != 0
        {
            let detail = format!("tells {set:#06x}, knows {rumours:#06x}");
            self.violate("rumours_have_a_source", at, source, detail);
        }
        if has_left {
            let detail = format!("{message:?} to {target} after its goodbye");
            self.violate("quiet_after_goodbye", at, source, detail);
        }
        match message {
            Message::Goodbye => {
                self.shadows[source.index()].has_left = true;
                self.asking.remove(&source);
            }
            Message::Hello => {
                self.asking.entry(source).and_modify(|asked| *asked = at);
            }
            _ => {}
        }
    }

    /// A pirate's shadow learns a fact.
    fn learn(&mut self, at: Instant, node: NodeId, fact: &Fact) {
        let shadow = &mut self.shadows[node.index()];
        match fact {
            Fact::EdgeFormed { buddy } => self.befriend(at, node, *buddy),
            Fact::EdgeLost { buddy, .. } => {
                shadow.buddies.retain(|b| b != buddy);
                shadow.dropped = Some(*buddy);
            }
            Fact::Heard { rumour, .. } => shadow.rumours |= 1 << rumour,
            Fact::Refused { coins, from } if *from != self.controller => {
                shadow.accepted -= u64::from(*coins);
            }
            // Also from who has left before a crash, and asks for nothing.
            Fact::Left => _ = self.asking.remove(&node),
            _ => {}
        }
    }

    fn befriend(&mut self, at: Instant, node: NodeId, buddy: NodeId) {
        let buddies = &mut self.shadows[node.index()].buddies;
        let detail = if buddy >= self.controller {
            "is no pirate"
        } else if buddy == node {
            "is itself"
        } else if buddies.contains(&buddy) {
            "is a buddy already"
        } else if buddies.len() >= self.dunbar {
            "is one too many"
        } else {
            return buddies.push(buddy);
        };
        buddies.push(buddy);
        self.violate("buddies_sound", at, node, format!("buddy {buddy} {detail}"));
    }

    /// Looks at all pirates for the first enabled invariant that does not hold; `gold` is what the tally of the same
    /// run says.
    pub fn look<P: Keeps>(&self, world: &impl Nodes<P>, gold: Gold) -> Option<Violation> {
        let found = self.look_at_purses(world, gold);
        found
            .into_iter()
            .chain(self.look_at_the_restarted(world.now()))
            .find(|violation| self.verdicts.checks(violation.invariant))
    }

    fn look_at_purses<P: Keeps>(&self, world: &impl Nodes<P>, gold: Gold) -> Vec<Violation> {
        let at = world.now();
        let (mut purses, mut found) = (0, Vec::new());
        for (index, shadow) in self.shadows.iter().enumerate() {
            let node = NodeId(index as u32);
            let chest = P::durable(world.disk(node)).chest();
            purses += u64::from(match world.node(node) {
                Some(Node::Pirate(pirate)) => pirate.booty(),
                _ => chest.booty,
            });
            let booked = chest.booked();
            if booked != shadow.accepted && found.is_empty() {
                let detail = format!("accepted {}, booked {booked}", shadow.accepted);
                let (invariant, node) = ("books_balance", Some(node));
                found.push(Violation { invariant, at, node, detail });
            }
        }
        let there = purses + gold.in_flight + gold.lost + gold.overboard;
        let made = gold.minted + gold.counterfeit;
        if there != made && !self.shadows.is_empty() {
            let detail = format!("{there} coins are there, {made} were made");
            found.push(Violation { invariant: "gold_conserved", at, node: None, detail });
        }
        found
    }

    fn look_at_the_restarted(&self, at: Instant) -> Option<Violation> {
        let late = |asked: &Instant| at.since(*asked) > PATIENCE;
        let (&node, asked) = self.asking.iter().find(|(_, asked)| late(asked))?;
        let (invariant, node) = ("the_restarted_ask", Some(node));
        Some(Violation { invariant, at, node, detail: format!("asked last at {asked}") })
    }

    pub(super) fn verdicts_mut(&mut self) -> &mut Verdicts {
        &mut self.verdicts
    }
}

impl<P: Keeps> Observer<P> for Checks {
    #[inline(always)]
    fn on_activation(&mut self, at: Instant, node: NodeId, input: &Input<P>, _: Option<Origin>) {
        if self.shadows.is_empty() || node == self.controller {
            return;
        }
        let shadow = &mut self.shadows[node.index()];
        match input {
            Input::Boot(_) if shadow.started && !shadow.has_left => {
                self.asking.insert(node, at);
            }
            Input::Boot(_) => shadow.started = true,
            Input::Message(from, Message::GoldCoin { coins }) if *from != self.controller => {
                shadow.accepted += u64::from(*coins);
            }
            Input::Message(_, Message::Chat { .. }) => {
                self.asking.remove(&node);
            }
            _ => {}
        }
    }

    /// Facts never wait for a disk, so sends are judged as they are asked for, too.
    #[inline(always)]
    fn on_effect(&mut self, at: Instant, node: NodeId, effect: &Effect<P>) {
        if let Effect::Send { to, message } = effect
            && !self.shadows.is_empty()
            && node != self.controller
        {
            self.check_send(at, [node, *to], message);
        }
    }

    #[inline(always)]
    fn on_fact(&mut self, at: Instant, node: NodeId, fact: &Fact) {
        if !self.shadows.is_empty() {
            self.learn(at, node, fact);
        }
    }

    /// The shadow follows a handler to its end, even where its effects were cut short.
    fn on_unsaid(&mut self, at: Instant, node: NodeId, effect: &Effect<P>) {
        if self.shadows.is_empty() || node == self.controller {
            return;
        }
        match effect {
            Effect::Tell(fact) => self.learn(at, node, fact),
            Effect::Send { message: Message::Goodbye, .. } => {
                self.shadows[node.index()].has_left = false;
            }
            _ => {}
        }
    }

    fn on_crash(&mut self, _: Instant, node: NodeId, _: &Node, disk: &P::Durable) {
        if self.shadows.is_empty() || node == self.controller {
            return;
        }
        self.asking.remove(&node);
        let shadow = &mut self.shadows[node.index()];
        shadow.buddies.clear();
        shadow.dropped = None;
        shadow.rumours = 0;
        // A crash may take the last records along, or all of them; it never adds any.
        let chest = P::durable(disk).chest();
        shadow.accepted = shadow.accepted.min(chest.booked());
        shadow.started = chest.started;
    }

    #[inline(always)]
    fn halts(&self) -> bool {
        self.verdicts.is_violated()
    }
}
