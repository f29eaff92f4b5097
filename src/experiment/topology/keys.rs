//! The choices and keys of the section `topology`.

pub(super) use crate::experiment::keys::NODES_MAX;
use crate::settings::{Key, Shape, Variant, join_keys, join_variants};

/// The choices of `topology`.
pub(in crate::experiment) const TOPOLOGIES: &[Variant] = &join_variants::<19>(
    GENERATORS,
    &[
        Variant::new("clusters", Shape::Keys(CLUSTERS), "groups, joined within and between"),
        Variant::new(
            "file",
            Shape::Either(&[Shape::Path, Shape::Keys(FILE)]),
            "node-link JSON, a CSV edge list, GraphML or spigo JSON",
        ),
    ],
);

/// Those that have one rule for all nodes.
pub(super) const GENERATORS: &[Variant] = &[
    Variant::new("complete", Shape::Keys(COMMON), "all pairs; no edge is stored"),
    Variant::new("empty", Shape::Keys(COMMON), "no edge"),
    Variant::new("line", Shape::Keys(COMMON), "each node and the next"),
    Variant::new("ring", Shape::Keys(COMMON), "a line whose ends are joined"),
    Variant::new("star", Shape::Keys(COMMON), "node 0 and every other"),
    Variant::new("tree", Shape::Keys(TREE), "each node and its children, breadth first"),
    Variant::new("grid", Shape::Keys(GRID), "rows and columns, neighbours beside and below"),
    Variant::new("torus", Shape::Keys(TORUS), "a grid whose opposite sides are joined"),
    Variant::new("hypercube", Shape::Keys(COMMON), "ids that differ in one bit"),
    Variant::new("erdos_renyi", Shape::Keys(ERDOS_RENYI), "random pairs: G(n, p) or G(n, m)"),
    Variant::new(
        "random_regular",
        Shape::Keys(REGULAR),
        "close to uniform among graphs of one degree",
    ),
    Variant::new("barabasi_albert", Shape::Keys(ATTACHMENT), "growth by preferential attachment"),
    Variant::new("watts_strogatz", Shape::Keys(SMALL_WORLD), "a ring lattice, partly rewired"),
    Variant::new("random_geometric", Shape::Keys(GEOMETRIC), "points in a square, joined if near"),
    Variant::new("k_out", Shape::Keys(K_OUT), "each node picks so many others"),
    Variant::new("random_dial", Shape::Keys(DIALS), "as k_out, and each link knows who dialled"),
    Variant::new(
        "edges",
        Shape::Either(&[EDGES, Shape::Keys(LISTED)]),
        "these edges, such as [[0, 1], [1, 2]]",
    ),
];

/// What every generator takes.
const COMMON: &[Key] = &[
    Key::new("connect", Shape::OneOf(CONNECTS), "no", "what becomes of a graph in several parts"),
    Key::optional("prefix", Shape::Text, "what stands before the ids in the names of the nodes"),
    Key::optional("latency", Shape::Distribution, "the latency of each edge, drawn once"),
];

const CONNECTS: &[Variant] = &[
    Variant::word("no", "nothing, but a warning"),
    Variant::word("require", "it is an error"),
    Variant::word("redraw", "it is drawn again, up to 100 times"),
    Variant::word("bridge", "each part is joined to the next by one random edge"),
    Variant::word("largest", "all parts but the largest are dropped, and nodes renumbered"),
];

/// Fewer neighbours than fit into any machine's memory for every node.
const DEGREE: Shape = Shape::Count { min: 0, max: 1_000_000 };
const POSITIVE: Shape = Shape::Count { min: 1, max: 1_000_000 };

const TREE: &[Key] =
    &join_keys::<4>(&[Key::new("arity", POSITIVE, "2", "children of each node")], COMMON);

const GRID: &[Key] = &join_keys::<4>(
    &[Key::optional("columns", POSITIVE, "nodes in a row; without it, as square as can be")],
    COMMON,
);

const TORUS: &[Key] = &join_keys::<4>(
    &[Key::optional("columns", POSITIVE, "nodes in a row; without it, a square")],
    COMMON,
);

const ERDOS_RENYI: &[Key] = &join_keys::<6>(
    &[
        Key::optional("p", Shape::Probability, "how likely each pair is to be joined"),
        Key::optional("edges", Shape::COUNT, "how many pairs are joined"),
        Key::optional(
            "mean_degree",
            Shape::Number { min: 0.0, max: 1e8 },
            "neighbours on average: p is this by nodes - 1",
        ),
    ],
    COMMON,
);

const REGULAR: &[Key] =
    &join_keys::<4>(&[Key::required("degree", DEGREE, "links of each node")], COMMON);

const ATTACHMENT: &[Key] = &join_keys::<4>(
    &[Key::required("edges_per_node", POSITIVE, "links of each node when it comes")],
    COMMON,
);

const SMALL_WORLD: &[Key] = &join_keys::<5>(
    &[
        Key::required("neighbours", DEGREE, "links of each node in the lattice; even"),
        Key::required("rewire", Shape::Probability, "how likely a link is to lead elsewhere"),
    ],
    COMMON,
);

const GEOMETRIC: &[Key] = &join_keys::<6>(
    &[
        Key::required(
            "radius",
            Shape::Number { min: 1e-9, max: 1.5 },
            "nodes at most so far apart are joined; the square's side is 1",
        ),
        Key::new("torus", Shape::Switch, "false", "whether opposite sides of the square touch"),
        Key::optional("latency_per_unit", Shape::SPAN, "the latency of a link of length 1"),
    ],
    COMMON,
);

const K_OUT: &[Key] =
    &join_keys::<4>(&[Key::required("degree", DEGREE, "others that each node picks")], COMMON);

const DIALS: &[Key] = &join_keys::<5>(
    &[
        Key::required("dials", DEGREE, "others that each node dials"),
        Key::new("distinct", Shape::Switch, "true", "whether they are different ones"),
    ],
    COMMON,
);

const EDGES: Shape = Shape::ListOf(&Shape::ListOf(&Shape::Count { min: 0, max: u32::MAX as u64 }));

const LISTED: &[Key] =
    &join_keys::<4>(&[Key::required("list", EDGES, "pairs of ids, such as [0, 1]")], COMMON);

const CLUSTERS: &[Key] = &[
    Key::required("groups", Shape::ListOf(&Shape::Keys(GROUP)), "the groups, in order of ids"),
    Key::new("inside", Shape::OneOf(GENERATORS), "complete", "the graph within each group"),
    Key::required("between", Shape::OneOf(BETWEEN), "the links of each pair of groups"),
    Key::optional("latency", Shape::Keys(LATENCY), "how long links within and between are"),
    Key::new("connect", Shape::OneOf(CONNECTS), "no", "what becomes of a graph in several parts"),
    Key::optional("prefix", Shape::Text, "what stands before the ids in the names of the nodes"),
];

const GROUP: &[Key] = &[
    Key::required("name", Shape::Text, "what selectors call it: {group: NAME}"),
    Key::optional("nodes", POSITIVE_NODES, "how many nodes it has"),
    Key::optional("share", Shape::Number { min: 0.0, max: 1e9 }, "its share of the nodes"),
];

const POSITIVE_NODES: Shape = Shape::Count { min: 1, max: NODES_MAX };

const BETWEEN: &[Variant] = &[
    Variant::new("links", Shape::COUNT, "so many random pairs"),
    Variant::new("p", Shape::Probability, "each pair with this probability"),
    Variant::word("complete", "all pairs"),
    Variant::word("none", "no pair"),
];

const LATENCY: &[Key] = &[
    Key::optional("inside", Shape::SPAN, "of links within a group"),
    Key::optional(
        "between",
        Shape::Either(&[Shape::SPAN, Shape::OneOf(MATRIX)]),
        "of links from group to group, one way",
    ),
];

/// How latencies from place to place are given.
const MATRIX: &[Variant] = &[
    Variant::new("rows", Shape::ListOf(&Shape::ListOf(&Shape::SPAN)), "a row for each group"),
    Variant::new("one_way", Shape::Path, "a CSV with names in its first row and column, in ms"),
    Variant::new("rtt", Shape::Path, "the same in round trips, which are halved; or aws11"),
];

const FILE: &[Key] = &[
    Key::required("path", Shape::Path, "where the file is"),
    Key::new(
        "edges",
        Shape::OneOf(&[
            Variant::word("auto", "as the version of the file has it"),
            Variant::word("as_written", "the source knows the target"),
            Variant::word("reversed", "the target knows the source"),
        ]),
        "auto",
        "which end of an edge knows the other",
    ),
    Key::new(
        "repeats",
        Shape::OneOf(&[
            Variant::word("auto", "drop where the format allows them, else refuse"),
            Variant::word("refuse", "they are errors"),
            Variant::word("drop", "they are counted and left out"),
        ]),
        "auto",
        "what becomes of repeated edges and self loops",
    ),
    Key::new(
        "weights",
        Shape::OneOf(&[
            Variant::word("latency", "they are latencies in ms"),
            Variant::word("ignore", "they are left out"),
        ]),
        "latency",
        "what the weights of its edges are",
    ),
    Key::optional("directed", Shape::Switch, "whether edges lead one way, whatever the file says"),
    Key::new(
        "connect",
        Shape::OneOf(&[Variant::word("no", "nothing"), Variant::word("require", "it is an error")]),
        "no",
        "what becomes of a graph in several parts",
    ),
    Key::optional(
        "latency",
        Shape::Distribution,
        "drawn once for each edge, whatever the file says",
    ),
    Key::optional("sha256", Shape::Text, "its digest, to be sure that it is the same file"),
    Key::optional("counts", Shape::Any, "what it held when it was read"),
];
