//! The stories of `tests/scenarios/pirates/`: how their words are read, and how a pirate is described.

use corsair::kernel::{NodeId, Span, Weights};
use corsair::protocols::pirates::{
    Config, Durable, Gift, Habits, Inform, Lonely, Message, Node, Period, Pirates, Purse, Request,
    Role, Start, Tell,
};

use super::modern;
use crate::scenario::{Story, play_all};

#[test]
fn the_stories_of_pirates() {
    play_all::<Pirates>("pirates");
}

impl Story for Pirates {
    /// The defaults of style `modern` with fixed periods; no introductions and no gold but those that are asked for.
    fn cast(words: &[&str]) -> (Config, Vec<Role>) {
        let mut config = Config {
            stay: None,
            start: Start::Introductions(0),
            gold: Purse { min: 0, max: 0 },
            chat_period: Period { min_ms: 1000, count: 1, step_ms: 0 },
            // Their draws are answered by number: 0 name_drop, 1 gold_coin, 2 rumour, 3 forget, 4 idle.
            habits: Habits::Mixed(Weights::new(&[1.0; 5]).expect("equal shares")),
            ..modern(2, Span::ZERO)
        };
        for word in words {
            let (key, value) = word.split_once('=').expect("a knob is `key=value`");
            let number = || value.parse::<u32>().expect("a count");
            match (key, value) {
                ("pirates", _) => config.pirates = number(),
                ("stay", span) => config.stay = Some(span_of(span)),
                ("dunbar", _) => config.dunbar = number() as u8,
                ("introductions", _) => config.start = Start::Introductions(number()),
                ("gold_max", _) => config.gold.max = number(),
                ("gift", _) => config.gift = Gift::Coins(number()),
                ("tell", "all") => config.tell = Tell::All,
                ("lonely", "wait") => config.lonely = Lonely::Wait,
                ("inform", "edges") => config.inform = Inform::Edges,
                _ => panic!("`{word}` is no knob of these stories"),
            }
        }
        let mut roles = vec![Role::Pirate; config.pirates as usize];
        roles.push(Role::Controller);
        (config, roles)
    }

    fn name(config: &Config, id: NodeId) -> String {
        if id == config.controller() {
            "controller".to_owned()
        } else {
            format!("pirate{}", id.0 + 1)
        }
    }

    /// `say pirate1 gold_coin 5`: the controller is asked to say it.
    fn request(words: &[&str], find: &dyn Fn(&str) -> NodeId) -> (NodeId, Request) {
        let [to, what, rest @ ..] = words else { panic!("say to whom, and what") };
        let number = || rest[0].parse::<u32>().expect("a number");
        let message = match *what {
            "name_drop" => Message::NameDrop { about: find(rest[0]) },
            "gold_coin" => Message::GoldCoin { coins: number() },
            "chat" => Message::Chat { period_ms: (span_of(rest[0]).nanos() / 1_000_000) as u32 },
            "rumour" => Message::Rumour { set: 1 << number() },
            "goodbye" => Message::Goodbye,
            _ => panic!("a controller never says `{what}`"),
        };
        (find("controller"), Request { to: find(to), message })
    }

    fn state(node: Option<&Node>, disk: &Durable, name: &dyn Fn(NodeId) -> String) -> String {
        let Durable::Chest(chest) = disk else {
            let roll = disk.roll().expect("no chest, so a roll");
            return format!("next to enlist {}, {} have left", roll.next, roll.departed);
        };
        let ledger = format!("strangers gave {}, forgotten {}", chest.strangers, chest.forgotten);
        let Some(Node::Pirate(pirate)) = node else {
            return format!("down, {} coins, {ledger}", chest.booty);
        };
        assert_eq!(pirate.booty(), chest.booty, "the purse is the chest");
        let buddies: Vec<String> = (pirate.buddies().iter().zip(&chest.credit))
            .map(|(buddy, coins)| format!("{} ({coins})", name(*buddy)))
            .collect();
        let rumours: Vec<String> = (0..16u32)
            .filter(|bit| pirate.rumours() >> bit & 1 == 1)
            .map(|bit| bit.to_string())
            .collect();
        let list = |items: Vec<String>, none: &str| match items.is_empty() {
            true => none.to_owned(),
            false => items.join(", "),
        };
        let mood = match (pirate.has_left(), pirate.waits_for_chat(), pirate.period_ms()) {
            (true, ..) => "has left".to_owned(),
            (_, true, _) => "waits for a chat".to_owned(),
            (_, _, 0) => "never wakes".to_owned(),
            (_, _, period_ms) => format!("wakes every {}", Span::from_millis(period_ms.into())),
        };
        let knows = list(buddies, "nobody");
        let heard = list(rumours, "none");
        format!("{mood}, knows {knows}; {} coins, {ledger}; rumours {heard}", pirate.booty())
    }
}

fn span_of(text: &str) -> Span {
    Span::parse(text).expect("a duration such as 10s")
}
