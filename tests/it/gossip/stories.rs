//! The stories of `tests/scenarios/gossip/`: how their words are read, and how a site is described.

use corsair::kernel::{Distribution, NodeId, Real, Span};
use corsair::protocols::gossip::{
    Aggregation, Algorithm, Config, Delivery, Forward, Gossip, Holding, Keeping, Known, Limit,
    Median, Mode, Mongering, Origin, Phase, Removal, Request, Role, Rpc, RumorId, Site, Stop,
    Tempo, Useful, Values, View,
};
use corsair::topology::Graph;
use corsair::topology::generate::{line, ring};

use crate::scenario::{Story, play_all};

#[test]
fn the_stories_of_gossip() {
    play_all::<Gossip>("gossip");
}

impl Story for Gossip {
    /// `sites=4`, `graph=ring`, `algorithm=..`; rounds of 1 s where the algorithm has a clock, unless `clock=timers`;
    /// `limit=1 hunt=1`; `rpc=blocking timeout=100 service=50 workers=1`, in ms.
    fn cast(words: &[&str]) -> (Config, Vec<Role>) {
        let of = |wanted: &str| {
            let pairs = words.iter().map(|word| word.split_once('=').expect("key=value"));
            pairs.filter(|(key, _)| *key == wanted).map(|(_, value)| value).next()
        };
        let number = |key| of(key).map_or(1, |value| value.parse::<u32>().expect("a count"));
        let mode = match of("mode") {
            Some("pull") => Mode::Pull,
            Some("push_pull") => Mode::PushPull,
            _ => Mode::Push,
        };
        let rpc = if of("rpc") == Some("blocking") { Rpc::Blocking } else { Rpc::Async };
        let millis = |key| of(key).map(|_| Span::from_millis(u64::from(number(key))));
        let delivery = Delivery {
            rpc,
            call_timeout: millis("timeout"),
            service_time: millis("service").unwrap_or(Span::ZERO),
            workers: of("workers").map_or(0, |_| number("workers")),
            ..Delivery::PLAIN
        };
        let limit = of("limit").map(|_| Limit {
            calls: number("limit"),
            hunt: of("hunt").map_or(0, |_| number("hunt") as u16),
        });
        let fanout = number("fanout");
        let index = Aggregation { values: Values::Index, target_error: 1e-6 };
        let algorithm = match of("algorithm").expect("an algorithm") {
            "direct_mail" => Algorithm::DirectMail(delivery),
            "flood" => Algorithm::Flood {
                delivery,
                forward: Forward::Always,
                ttl: None,
                origin: Origin::Marked,
            },
            "infect_and_die" => Algorithm::InfectAndDie { fanout, ttl: None },
            "anti_entropy" => Algorithm::AntiEntropy { mode, fanout },
            "rumor" => Algorithm::Rumor(Mongering {
                mode,
                removal: Removal::Feedback,
                stop: Stop::Counter(number("k") as u16),
                useful: Useful::Resets,
                view: View::Cycle,
            }),
            "median_counter" => Algorithm::MedianCounter(Median {
                ctr_max: Some(number("ctr_max") as u16),
                max_age: 9,
            }),
            "push_sum" => Algorithm::PushSum(index),
            "averaging" => Algorithm::Averaging(index),
            other => panic!("no story tells of {other}"),
        };
        let second = Span::from_secs(1);
        let tempo = match of("clock") {
            Some("timers") => {
                Tempo::Timers { period: Distribution::Constant(second), phase: Phase::Random }
            }
            _ => Tempo::Rounds(second),
        };
        let keeping = match of("durable") {
            Some("false") => Keeping::Volatile,
            _ => Keeping::Durable,
        };
        let nodes = number("sites");
        (Config { nodes, algorithm, tempo, keeping, limit, flaw: None }, vec![Role; nodes as usize])
    }

    fn graph(config: &Config, words: &[&str]) -> Graph {
        match words.iter().find_map(|word| word.strip_prefix("graph=")) {
            Some("ring") => ring(config.nodes),
            Some("line") => line(config.nodes),
            _ => Graph::complete(config.nodes),
        }
    }

    fn name(_: &Config, id: NodeId) -> String {
        format!("site{}", id.0)
    }

    /// `say site0 publish 7`: rumor 7 begins there; `say site0 set 7`: it holds another number.
    fn request(words: &[&str], find: &dyn Fn(&str) -> NodeId) -> (NodeId, Request) {
        match words {
            [site, "publish", id] => {
                let id = RumorId(id.parse().expect("a number"));
                (find(site), Request::Publish { id, bytes: 64 })
            }
            [site, "set", value] => {
                let value = Real::new(value.parse().expect("a number"));
                (find(site), Request::SetValue(value))
            }
            _ => panic!("say SITE publish NUMBER, or say SITE set NUMBER"),
        }
    }

    fn state(site: Option<&Site>, disk: &Known, _: &dyn Fn(NodeId) -> String) -> String {
        let numbers = |ids: Vec<u32>| match ids.is_empty() {
            true => "nothing".to_owned(),
            false => ids.iter().map(u32::to_string).collect::<Vec<_>>().join(", "),
        };
        let known = numbers(disk.items().iter().map(|item| item.id.0).collect());
        let Some(site) = site else { return format!("down, {known} on disk") };
        if let Some(Holding { value, share, .. }) = site.holding() {
            let [value, sum, weight] = [*value, share.sum, share.weight].map(Real::get);
            return format!("its own is {value}, holds {sum} of the sum, {weight} of the weight");
        }
        let infective = site.spreads().iter().filter(|spread| spread.is_infective());
        let told = numbers(infective.map(|spread| spread.item.id.0).collect());
        format!("{known} on disk, tells {told}, {} lists open", site.open_calls())
    }
}
