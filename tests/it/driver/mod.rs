//! The simulation as a driver of the contract, tested with puppets: nodes that do what they are told.

mod crash;
mod digest;
mod disk;
mod order;

use std::rc::Rc;

use corsair::kernel::{Distribution, Instant, NodeId, RequestId, Seed, Span};
use corsair::network::{Latency, Network, NetworkConfig};
use corsair::protocol::{Context, Effect, Observer, Protocol, Undelivered};
use corsair::simulation::{Desk, Plan, Progress, Setup, Sync, Workload, World};
use corsair::topology::Graph;

/// A node that does what it is told and tells what it hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Puppet;

/// What a puppet is told to do.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Order {
    /// Send a number.
    Send(u32, u32),
    /// Send orders.
    Tell(u32, Rc<[Order]>),
    Arm(Timer, u64),
    Disarm(Timer),
    Persist(u32),
    Reply(u32),
    Say(u32),
    /// Draw a number and say it.
    Draw,
    Key(u64),
    /// Leave for good.
    Leave,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Message {
    Number(u32),
    Orders(Rc<[Order]>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fact {
    /// It starts, and finds this on its disk.
    Booted(Vec<u32>),
    Heard(NodeId, u32),
    Rang(Timer),
    /// It may send the next message to this node.
    Free(NodeId),
    Said(u32),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Strings {
    left: bool,
}

corsair::timers!(Bell, Gong);

impl Protocol for Puppet {
    type Config = ();
    type Role = ();
    type Node = Strings;
    type Durable = Vec<u32>;
    type Record = u32;
    type Message = Message;
    type Timer = Timer;
    type Request = Vec<Order>;
    type Response = u32;
    type Fact = Fact;

    fn boot<'w>(_: (), cx: &mut impl Context<'w, Self>) -> Strings {
        let disk = cx.disk().clone();
        cx.tell(Fact::Booted(disk));
        Strings { left: false }
    }
    fn on_message<'w>(
        node: &mut Strings,
        from: NodeId,
        message: Message,
        cx: &mut impl Context<'w, Self>,
    ) {
        match message {
            Message::Number(number) => cx.tell(Fact::Heard(from, number)),
            Message::Orders(orders) => obey(node, None, &orders, cx),
        }
    }
    fn on_timer<'w>(_: &mut Strings, timer: Timer, cx: &mut impl Context<'w, Self>) {
        cx.tell(Fact::Rang(timer));
    }
    fn on_request<'w>(
        node: &mut Strings,
        id: RequestId,
        orders: Vec<Order>,
        cx: &mut impl Context<'w, Self>,
    ) {
        obey(node, Some(id), &orders, cx);
    }
    fn on_ready<'w>(_: &mut Strings, to: NodeId, cx: &mut impl Context<'w, Self>) {
        cx.tell(Fact::Free(to));
    }
    fn store(durable: &mut Vec<u32>, record: u32) {
        durable.push(record);
    }
    const KINDS: &'static [&'static str] = &["number", "orders"];
    fn kind(message: &Message) -> usize {
        usize::from(matches!(message, Message::Orders(_)))
    }
    fn leave() -> Option<Vec<Order>> {
        Some(vec![Order::Say(77), Order::Leave])
    }
    fn gone(node: &Strings) -> bool {
        node.left
    }
}

fn obey<'w>(
    node: &mut Strings,
    id: Option<RequestId>,
    orders: &[Order],
    cx: &mut impl Context<'w, Puppet>,
) {
    for order in orders {
        match order {
            Order::Send(to, number) => cx.send(NodeId(*to), Message::Number(*number)),
            Order::Tell(to, orders) => cx.send(NodeId(*to), Message::Orders(orders.clone())),
            Order::Arm(timer, after) => cx.arm(*timer, Span::from_millis(*after)),
            Order::Disarm(timer) => cx.disarm(*timer),
            Order::Persist(record) => cx.persist(*record),
            Order::Reply(response) => {
                cx.reply(id.expect("only requests are replied to"), *response);
            }
            Order::Say(number) => cx.tell(Fact::Said(*number)),
            Order::Draw => {
                let number = cx.choose(1_000_000_000);
                cx.tell(Fact::Said(number));
            }
            Order::Key(key) => cx.keyed(*key),
            Order::Leave => node.left = true,
        }
    }
}

/// Writes down what happens, a line each; it ends the run when a puppet says 13.
#[derive(Debug, Default)]
pub(crate) struct Log {
    pub(crate) lines: Vec<String>,
    halts: bool,
}

impl<P: Protocol<Fact = Fact, Response = u32>> Observer<P> for Log {
    fn on_undelivered(
        &mut self,
        at: Instant,
        node: NodeId,
        from: NodeId,
        _: &P::Message,
        why: Undelivered,
    ) {
        self.lines.push(format!("{at} {node}: misses {from}, {why:?}"));
    }
    fn on_reply(&mut self, at: Instant, node: NodeId, id: RequestId, response: &u32) {
        self.lines.push(format!("{at} {node}: replies {response} to {}", id.0));
    }
    fn on_fact(&mut self, at: Instant, node: NodeId, fact: &Fact) {
        self.halts |= *fact == Fact::Said(13);
        self.lines.push(match fact {
            Fact::Booted(disk) => format!("{at} {node}: boots with {disk:?}"),
            Fact::Heard(from, number) => format!("{at} {node}: hears {number} from {from}"),
            Fact::Free(to) => format!("{at} {node}: may send to {to}"),
            Fact::Rang(timer) => format!("{at} {node}: {timer:?} rings"),
            Fact::Said(number) => format!("{at} {node}: says {number}"),
        });
    }
    fn on_unsaid(&mut self, at: Instant, node: NodeId, effect: &Effect<P>) {
        if let Effect::Tell(Fact::Said(number)) = effect {
            self.lines.push(format!("{at} {node}: swallows {number}"));
        }
    }
    fn on_crash(&mut self, at: Instant, node: NodeId, _: &P::Node, _: &P::Durable) {
        self.lines.push(format!("{at} {node}: crashes"));
    }
    fn halts(&self) -> bool {
        self.halts
    }
}

/// What puppets are asked, and when.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asks(pub(crate) Vec<(Instant, NodeId, Vec<Order>)>);

impl<P: Protocol<Request = Vec<Order>>> Workload<P> for Asks {
    fn on_start(&mut self, desk: &mut Desk<P>) {
        for (at, to, orders) in &self.0 {
            desk.request(*at, *to, orders.clone());
        }
    }
}

/// A world to be: puppets with a millisecond between them.
#[derive(Clone, Debug)]
pub(crate) struct Stage {
    nodes: u32,
    sync: Sync,
    network: NetworkConfig,
    plans: Vec<(Instant, Plan)>,
    asks: Asks,
    events_max: u64,
}

impl Stage {
    pub(crate) fn of(nodes: u32) -> Stage {
        Stage {
            nodes,
            sync: Sync::default(),
            network: NetworkConfig::default(),
            plans: Vec::new(),
            asks: Asks::default(),
            events_max: u64::MAX,
        }
    }

    /// Asks a puppet at so many ms for something.
    pub(crate) fn ask(mut self, at: u64, to: u32, orders: &[Order]) -> Stage {
        self.asks.0.push((ms(at), NodeId(to), orders.to_vec()));
        self
    }

    pub(crate) fn plan(mut self, at: u64, plan: Plan) -> Stage {
        self.plans.push((ms(at), plan));
        self
    }

    pub(crate) fn plan_at(mut self, at: Instant, plan: Plan) -> Stage {
        self.plans.push((at, plan));
        self
    }

    pub(crate) fn network(mut self, network: NetworkConfig) -> Stage {
        self.network = network;
        self
    }

    pub(crate) fn latency(mut self, latency: Distribution) -> Stage {
        self.network.latency = Latency::PerCopy(latency);
        self
    }

    pub(crate) fn setup<P>(&self) -> Setup<P>
    where
        P: Protocol<Config = (), Role = ()>,
    {
        let seed = Seed(7);
        Setup {
            seed,
            config: (),
            graph: Graph::complete(self.nodes),
            nodes: self.nodes,
            role: |_, ()| (),
            network: Network::new(self.network.clone(), seed),
            sync: self.sync,
            plans: self.plans.clone(),
            events_max: self.events_max,
        }
    }

    pub(crate) fn open(&self) -> World<Puppet, Log, Asks> {
        World::new(self.setup(), Log::default(), self.asks.clone())
    }

    /// Plays for a second; what was written down after the boots.
    pub(crate) fn play(&self) -> Vec<String> {
        let mut world = self.open();
        world.advance(ms(1000));
        world.balance_books();
        world.observer().lines[self.nodes as usize..].to_vec()
    }

    /// Plays to the end and answers how it came.
    pub(crate) fn play_out(&self) -> (Progress, World<Puppet, Log, Asks>) {
        let mut world = self.open();
        let progress = world.advance(ms(1000));
        world.balance_books();
        (progress, world)
    }
}

pub(crate) fn ms(millis: u64) -> Instant {
    Instant::START + Span::from_millis(millis)
}
