//! The elements of a GraphML file that matter, flat, by local name.

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

use super::super::mistake::Mistakes;
use super::super::quantity;
use crate::kernel::Span;
use crate::topology::Bandwidth;

/// A `node` and the data that stand in it.
pub(super) struct Node<'f> {
    pub(super) id: String,
    /// The rest of the file, from its start tag on.
    pub(super) part: &'f str,
    pub(super) label: Option<String>,
    pub(super) gold: Option<u64>,
    pub(super) period_ms: Option<u64>,
    pub(super) rumours: Option<u64>,
    pub(super) state: Option<String>,
    pub(super) group: Option<String>,
    pub(super) bandwidth: Option<Bandwidth>,
    pub(super) x: Option<f64>,
    pub(super) y: Option<f64>,
}

/// An `edge` and the data that stand in it.
pub(super) struct Edge<'f> {
    pub(super) id: Option<String>,
    pub(super) source: Option<String>,
    pub(super) target: Option<String>,
    pub(super) directed: bool,
    /// The rest of the file, from its start tag on.
    pub(super) part: &'f str,
    pub(super) credit: Option<u64>,
    pub(super) latency: Option<Span>,
    pub(super) weight: Option<Span>,
    pub(super) bandwidth: Option<Bandwidth>,
}

/// All that matters of a file, in its order.
#[derive(Default)]
pub(super) struct Elements<'f> {
    pub(super) nodes: Vec<Node<'f>>,
    pub(super) edges: Vec<Edge<'f>>,
    /// Elements of no known kind.
    pub(super) ignored: u64,
    /// Whether a graph calls itself spigo.
    pub(super) is_spigo: bool,
    /// Whether the last graph's edges lead one way where they do not say so.
    pub(super) is_directed: bool,
    /// Whether there are data of the key `service`.
    pub(super) has_service: bool,
    keys: Vec<(String, Role)>,
    open: Vec<Open<'f>>,
    /// The text of the open `data`.
    data: String,
}

/// What the data of a key say.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Label,
    Gold,
    Period,
    Rumours,
    State,
    Credit,
    Group,
    Bandwidth,
    X,
    Y,
    Latency,
    Weight,
}

/// An element that is not closed yet.
#[derive(Clone, Copy)]
enum Open<'f> {
    Root,
    Graph {
        directed: bool,
    },
    Node(usize),
    Edge(usize),
    Data {
        role: Option<Role>,
        part: &'f str,
    },
    /// Whatever is in it does not matter.
    Other,
}

/// The attributes of an element; the names of prefixed ones keep their prefix.
struct Attributes(Vec<(String, String)>);

impl Attributes {
    fn of(tag: &BytesStart<'_>) -> Result<Attributes, quick_xml::Error> {
        let pair = |attribute: Result<Attribute<'_>, _>| {
            let attribute = attribute?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0)?.into_owned();
            Ok((attribute.key.as_ref().to_owned(), value))
        };
        tag.attributes().map(pair).collect::<Result<_, _>>().map(Attributes)
    }

    fn take(&mut self, name: &str) -> Option<String> {
        let place = self.0.iter().position(|(key, _)| key == name)?;
        Some(self.0.swap_remove(place).1)
    }
}

impl<'f> Elements<'f> {
    /// Walks the file once. `None` where no more can be said after a mistake.
    pub(super) fn read(text: &'f str, mistakes: &mut Mistakes<'f>) -> Option<Elements<'f>> {
        let mut reader = Reader::from_str(text);
        let mut elements = Elements::default();
        let mut has_root = false;
        loop {
            let start = reader.buffer_position() as usize;
            let event = match reader.read_event() {
                Ok(event) => event,
                Err(error) => {
                    mistakes.add(reader.error_position() as usize, || format!("not XML: {error}"));
                    return None;
                }
            };
            let is_outside = elements.open.is_empty();
            let is_empty = matches!(event, Event::Empty(_));
            match event {
                Event::DocType(_) => {
                    mistakes.add(start, || "a DTD is not allowed in a graph file".to_owned());
                    return None;
                }
                Event::Start(tag) | Event::Empty(tag) if is_outside => {
                    let name = tag.local_name().as_ref().to_owned();
                    if has_root {
                        mistakes.add(start, || format!("{name} after the end of graphml"));
                        return None;
                    }
                    if name != "graphml" {
                        mistakes.add(start, || format!("{name} where graphml was expected"));
                        return None;
                    }
                    has_root = true;
                    elements.open.extend((!is_empty).then_some(Open::Root));
                }
                Event::Start(tag) => elements.start(&tag, &text[start..], mistakes),
                Event::Empty(tag) => {
                    elements.start(&tag, &text[start..], mistakes);
                    elements.end(mistakes);
                }
                Event::End(_) => elements.end(mistakes),
                Event::Text(part) => elements.text(&part.xml10_content(), start, mistakes),
                Event::CData(part) => elements.text(&part.xml10_content(), start, mistakes),
                Event::GeneralRef(name) => elements.reference(&name, start, mistakes),
                Event::Eof if has_root && is_outside => return Some(elements),
                Event::Eof => {
                    mistakes.add(text.len(), || "end of file inside graphml".to_owned());
                    return None;
                }
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            }
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>, part: &'f str, mistakes: &mut Mistakes<'f>) {
        let mut attributes = Attributes::of(tag).unwrap_or_else(|error| {
            mistakes.add_at(part, || format!("not XML: {error}"));
            Attributes(Vec::new())
        });
        let opened = match (self.open.last(), tag.local_name().as_ref()) {
            (None | Some(Open::Data { .. } | Open::Other), _) | (_, "port") => Open::Other,
            (_, "key") => self.key(&mut attributes),
            (_, "graph") => {
                self.is_spigo |= attributes.take("id").as_deref() == Some("spigo");
                let default = attributes.take("edgedefault");
                self.is_directed = default.as_deref() != Some("undirected");
                Open::Graph { directed: self.is_directed }
            }
            (_, "node") => self.node(&mut attributes, part, mistakes),
            (Some(&parent), "edge") => self.edge(&mut attributes, part, parent),
            (_, "data") => {
                let key = attributes.take("key");
                self.has_service |= key.as_deref() == Some("service");
                self.data.clear();
                let role = self.keys.iter().find(|(id, _)| Some(id) == key.as_ref());
                Open::Data { role: role.map(|(_, role)| *role), part }
            }
            (_, "hyperedge") => {
                mistakes.add_at(part, || "a hyperedge is not allowed: write edges".to_owned());
                Open::Other
            }
            _ => {
                self.ignored += 1;
                Open::Other
            }
        };
        self.open.push(opened);
    }

    fn key(&mut self, attributes: &mut Attributes) -> Open<'f> {
        let owner = attributes.take("for");
        let is_for =
            |what: &str| owner.as_deref().is_none_or(|owner| owner == what || owner == "all");
        let role = match attributes.take("attr.name").as_deref() {
            Some("name" | "Text" | "label" | "Label") if is_for("node") => Some(Role::Label),
            Some("gold") if is_for("node") => Some(Role::Gold),
            Some("period_ms") if is_for("node") => Some(Role::Period),
            Some("rumours") if is_for("node") => Some(Role::Rumours),
            Some("state") if is_for("node") => Some(Role::State),
            Some("group") if is_for("node") => Some(Role::Group),
            Some("x") if is_for("node") => Some(Role::X),
            Some("y") if is_for("node") => Some(Role::Y),
            Some("credit") if is_for("edge") => Some(Role::Credit),
            Some("latency") if is_for("edge") => Some(Role::Latency),
            Some("weight") if is_for("edge") => Some(Role::Weight),
            Some("bandwidth") => Some(Role::Bandwidth),
            _ => None,
        };
        self.keys.extend(attributes.take("id").zip(role));
        Open::Other
    }

    fn node(
        &mut self,
        attributes: &mut Attributes,
        part: &'f str,
        mistakes: &mut Mistakes<'f>,
    ) -> Open<'f> {
        let id = attributes.take("id").unwrap_or_default();
        if id.is_empty() {
            mistakes.add_at(part, || "this node has no id".to_owned());
            return Open::Other;
        }
        let (label, state) = (None, None);
        let (gold, period_ms, rumours) = (None, None, None);
        let (group, bandwidth, x, y) = (None, None, None, None);
        self.nodes.push(Node {
            id,
            part,
            label,
            gold,
            period_ms,
            rumours,
            state,
            group,
            bandwidth,
            x,
            y,
        });
        Open::Node(self.nodes.len() - 1)
    }

    fn edge(&mut self, attributes: &mut Attributes, part: &'f str, parent: Open<'f>) -> Open<'f> {
        let directed = match attributes.take("directed").as_deref() {
            Some("true") => true,
            Some("false") => false,
            _ => !matches!(parent, Open::Graph { directed: false }),
        };
        let id = attributes.take("id");
        let (source, target) = (attributes.take("source"), attributes.take("target"));
        let (credit, latency, weight, bandwidth) = (None, None, None, None);
        self.edges.push(Edge {
            id,
            source,
            target,
            directed,
            part,
            credit,
            latency,
            weight,
            bandwidth,
        });
        Open::Edge(self.edges.len() - 1)
    }

    fn text(&mut self, text: &str, start: usize, mistakes: &mut Mistakes<'f>) {
        match self.open.last() {
            Some(Open::Data { .. }) => self.data.push_str(text),
            None if !text.trim().is_empty() => {
                mistakes.add(start, || "text outside of the root element".to_owned());
            }
            _ => {}
        }
    }

    fn reference(&mut self, name: &BytesRef<'_>, start: usize, mistakes: &mut Mistakes<'f>) {
        let one = name.resolve_char_ref().ok().flatten().map(String::from);
        match one.or_else(|| resolve_predefined_entity(name).map(str::to_owned)) {
            Some(text) => self.text(&text, start, mistakes),
            None => mistakes.add(start, || format!("unknown entity &{};", name.as_ref())),
        }
    }

    fn end(&mut self, mistakes: &mut Mistakes<'f>) {
        let Some(Open::Data { role: Some(role), part }) = self.open.pop() else {
            return;
        };
        let text = std::mem::take(&mut self.data);
        let number = text.trim().parse::<u64>().ok();
        let mut whole = |key: &str, most: u64| {
            let number = number.filter(|number| *number <= most);
            if number.is_none() {
                let message = || format!("{key} has to be a whole number, at most {most}");
                mistakes.add_at(part, message);
            }
            number
        };
        let bandwidth = |mistakes: &mut Mistakes<'f>| {
            let read = quantity::bandwidth(&text);
            read.map_err(|message| mistakes.add_at(part, || message)).ok()
        };
        match self.open.last() {
            Some(Open::Node(place)) => {
                let node = &mut self.nodes[*place];
                match role {
                    Role::Label if text.trim().is_empty() || node.label.is_some() => {}
                    Role::Label => node.label = Some(text),
                    Role::Gold => node.gold = whole("gold", u64::MAX),
                    Role::Period => node.period_ms = whole("period_ms", u64::from(u32::MAX)),
                    // Not needed to go on from here, so anything else of these names is no mistake.
                    Role::Rumours => node.rumours = number,
                    Role::State => node.state = Some(text),
                    Role::Group => node.group = Some(text),
                    Role::Bandwidth => node.bandwidth = bandwidth(mistakes),
                    Role::X => node.x = finite(&text),
                    Role::Y => node.y = finite(&text),
                    Role::Credit | Role::Latency | Role::Weight => {}
                }
            }
            Some(Open::Edge(place)) => {
                let edge = &mut self.edges[*place];
                let latency = |mistakes: &mut Mistakes<'f>| {
                    let read = quantity::latency(&text);
                    read.map_err(|message| mistakes.add_at(part, || message)).ok()
                };
                match role {
                    Role::Credit => edge.credit = number,
                    Role::Latency => edge.latency = latency(mistakes),
                    Role::Weight => edge.weight = latency(mistakes),
                    Role::Bandwidth => edge.bandwidth = bandwidth(mistakes),
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

fn finite(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|x| x.is_finite())
}
