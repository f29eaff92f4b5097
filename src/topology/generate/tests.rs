//! Generators against their definitions.

use super::*;
use crate::kernel::{Domain, Seed};
use crate::topology::Components;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn stream(seed: u64) -> Stream {
    Stream::new(Seed(seed), Domain::Topology, 0, 0)
}

fn edges(graph: &Graph) -> Vec<(u32, u32)> {
    graph.iter_links().filter(|(a, b)| a < b).map(|(a, b)| (a.0, b.0)).collect()
}

#[test]
fn rings_and_lines() {
    assert_eq!(edges(&ring(1)), []);
    assert_eq!(edges(&ring(2)), [(0, 1)]);
    assert_eq!(edges(&ring(4)), [(0, 1), (0, 3), (1, 2), (2, 3)]);
    assert_eq!(edges(&line(1)), []);
    assert_eq!(edges(&line(3)), [(0, 1), (1, 2)]);
    assert_eq!((ring(0).nodes(), ring(5).edges(), line(5).edges()), (0, 5, 4));
}

/// The rules of the definitions, pair by pair.
#[test]
fn rules_agree_with_their_definitions() {
    let by_rule = |nodes: u32, joined: &dyn Fn(u32, u32) -> bool| -> Vec<(u32, u32)> {
        let pairs = (0..nodes).flat_map(|a| (a + 1..nodes).map(move |b| (a, b)));
        pairs.filter(|&(a, b)| joined(a, b)).collect()
    };
    for nodes in 1..40 {
        assert_eq!(edges(&star(nodes)), by_rule(nodes, &|a, _| a == 0));
        for arity in 1..5 {
            let tree = tree(nodes, Arity(arity));
            assert_eq!(edges(&tree), by_rule(nodes, &|a, b| (b - 1) / arity == a));
        }
        for columns in 1..9 {
            let beside = |a: u32, b: u32| b == a + 1 && !b.is_multiple_of(columns);
            let joined = |a: u32, b: u32| beside(a, b) || b == a + columns;
            assert_eq!(edges(&grid(nodes, Some(Columns(columns)))), by_rule(nodes, &joined));
            let made = torus(nodes, Some(Columns(columns)));
            if columns < 3 || nodes % columns != 0 || nodes / columns < 3 {
                let error = GenerateError::NoTorus { nodes, columns: Columns(columns) };
                assert_eq!(made, Err(error));
                continue;
            }
            let rows = nodes / columns;
            let joined = |a: u32, b: u32| {
                let (row, column) =
                    ((b / columns).abs_diff(a / columns), (b % columns).abs_diff(a % columns));
                row == 0 && (column == 1 || column == columns - 1)
                    || column == 0 && (row == 1 || row == rows - 1)
            };
            assert_eq!(edges(&made.unwrap()), by_rule(nodes, &joined));
        }
        match hypercube(nodes) {
            Ok(cube) => {
                assert_eq!(edges(&cube), by_rule(nodes, &|a, b| (a ^ b).is_power_of_two()));
            }
            Err(error) => assert!(!nodes.is_power_of_two(), "{error}"),
        }
    }
    assert_eq!(edges(&grid(5, None)), [(0, 1), (0, 3), (1, 2), (1, 4), (3, 4)]);
    assert_eq!(torus(9, None).unwrap().edges(), 18);
    assert_eq!(hypercube(0), Err(GenerateError::NoNodes));
}

#[test]
fn random_graphs_have_the_right_extremes() {
    let all = |p| erdos_renyi(7, Density::Probability(p), &mut stream(1)).unwrap();
    assert_eq!((all(0.0).edges(), all(1.0).edges()), (0, 21));
    for m in [0, 1, 10, 11, 20, 21] {
        let graph = erdos_renyi(7, Density::Edges(m), &mut stream(m)).unwrap();
        assert_eq!(graph.edges(), m);
    }
    let refused = |nodes, density| erdos_renyi(nodes, density, &mut stream(1)).unwrap_err();
    assert_eq!(
        refused(7, Density::Edges(22)).to_string(),
        "22 edges are too many: there are 21 pairs of nodes"
    );
    let dense = "a mean degree of 6.5 is too much for 7 nodes: at most 6 is possible";
    assert_eq!(refused(7, Density::MeanDegree(6.5)).to_string(), dense);
    assert_eq!(refused(1_000_000, Density::Probability(0.5)), GenerateError::TooManyEdges);
    assert_eq!(refused(0, Density::Edges(0)), GenerateError::NoNodes);
}

#[test]
fn all_sets_of_edges_are_equally_likely() {
    // 20 ways to choose 3 of the 6 pairs of 4 nodes, by either way of drawing.
    for (chosen, left_out) in [(2, 15), (4, 15)] {
        let mut counts = std::collections::BTreeMap::<_, u32>::new();
        for seed in 0..6_000 {
            let graph = erdos_renyi(4, Density::Edges(chosen), &mut stream(seed)).unwrap();
            *counts.entry(edges(&graph)).or_default() += 1;
        }
        assert_eq!(counts.len(), left_out);
        for count in counts.values() {
            let z = (f64::from(*count) - 400.0) / (400.0f64 * 14.0 / 15.0).sqrt();
            assert!(z.abs() <= 4.0, "{count}");
        }
    }
}

#[test]
fn newcomers_attach_to_different_nodes() {
    let graph = barabasi_albert(200, Degree(3), &mut stream(7)).unwrap();
    assert_eq!(graph.edges(), 3 * 197);
    for id in 4..200 {
        let older = graph.peers(NodeId(id)).iter().filter(|peer| peer.0 < id).count();
        assert_eq!(older, 3);
    }
    assert_eq!(edges(&barabasi_albert(3, Degree(2), &mut stream(1)).unwrap()), [(0, 1), (0, 2)]);
    let refused = |nodes, m| barabasi_albert(nodes, Degree(m), &mut stream(1)).is_err();
    assert!(refused(1, 1) && refused(4, 4) && refused(4, 0) && !refused(2, 1));
}

#[test]
fn rewired_edges_keep_one_end() {
    let made = |rewire| {
        let rewire = Probability::new(rewire).unwrap();
        watts_strogatz(50, Degree(6), rewire, &mut stream(3)).unwrap()
    };
    let lattice = made(0.0);
    for id in 0..50u32 {
        let expected: BTreeSet<_> = [1, 2, 3, 47, 48, 49].map(|d| NodeId((id + d) % 50)).into();
        assert_eq!(lattice.peers(NodeId(id)).iter().collect::<BTreeSet<_>>(), expected);
    }
    let rewired = made(1.0);
    assert_eq!(rewired.edges(), 150);
    assert!((0..50).all(|id| rewired.peers(NodeId(id)).len() >= 3));
    assert_ne!(edges(&lattice), edges(&rewired));
    // Whoever knows all others is skipped.
    let full = watts_strogatz(5, Degree(4), Probability::ONE, &mut stream(1)).unwrap();
    assert_eq!(full.edges(), 10);
    let refused = |nodes, k| watts_strogatz(nodes, Degree(k), Probability::ONE, &mut stream(1));
    assert_eq!(refused(9, 3), Err(GenerateError::OddNeighbours(Degree(3))));
    assert!(refused(4, 4).is_err());
}

#[test]
fn diallers_are_the_first_to_dial() {
    for dialling in [Dialling::Distinct, Dialling::Repeating] {
        let graph = random_dial(30, Degree(4), dialling, &mut stream(5)).unwrap();
        let mut links = 0;
        for me in (0..30).map(NodeId) {
            let own = graph.dialled(me).unwrap();
            links += own.len() as u64;
            assert!(own.len() <= 4);
            for other in own {
                assert!(graph.has_edge(me, *other));
                assert!(!graph.dialled(*other).unwrap().contains(&me), "a link has one dialler");
            }
        }
        assert_eq!(links, graph.edges());
        let first = graph.dialled(NodeId(0)).unwrap().len();
        assert!(dialling == Dialling::Repeating || first == 4, "whoever is first dials all");
    }
    assert!(random_dial(1, Degree(1), Dialling::Repeating, &mut stream(1)).is_err());
    assert_eq!(random_dial(2, Degree(9), Dialling::Repeating, &mut stream(1)).unwrap().edges(), 1);
    assert!(k_out(4, Degree(4), &mut stream(1)).is_err());
    assert_eq!(k_out(4, Degree(3), &mut stream(1)).unwrap().edges(), 6);
}

proptest! {
    #[test]
    fn near_nodes_are_joined(
        nodes in 1u32..60,
        radius in prop_oneof![0.01f64..0.3, 0.3f64..1.5],
        wraps: bool,
        seed: u64,
    ) {
        let surface = if wraps { Surface::Torus } else { Surface::Square };
        let graph = random_geometric(nodes, radius, surface, &mut stream(seed)).unwrap();
        let at = |id: u32| graph.position(NodeId(id)).unwrap();
        for a in 0..nodes {
            for b in 0..nodes {
                let (dx, dy) = ((at(a).x - at(b).x).abs(), (at(a).y - at(b).y).abs());
                let wrap = |d: f64| if wraps { d.min(1.0 - d) } else { d };
                let near = wrap(dx) * wrap(dx) + wrap(dy) * wrap(dy) <= radius * radius;
                prop_assert_eq!(graph.has_edge(NodeId(a), NodeId(b)), near && a != b);
            }
        }
    }

    /// `Graph` itself asserts that rows name no node twice and never their own.
    #[test]
    fn every_generator_makes_a_simple_graph_or_says_why_not(
        nodes in 0u32..30,
        k in 0u32..12,
        p in 0.0f64..=1.0,
        seed: u64,
    ) {
        let degree = Degree(k);
        let probability = Probability::new(p).unwrap();
        for generator in [
            Generator::Complete,
            Generator::Empty,
            Generator::Star,
            Generator::Tree(Arity(k.max(1))),
            Generator::Grid(None),
            Generator::Torus(None),
            Generator::Hypercube,
            Generator::ErdosRenyi(Density::Probability(p)),
            Generator::ErdosRenyi(Density::Edges(u64::from(k))),
            Generator::ErdosRenyi(Density::MeanDegree(p * 5.0)),
            Generator::RandomRegular(degree),
            Generator::BarabasiAlbert(degree),
            Generator::WattsStrogatz { neighbours: degree, rewire: probability },
            Generator::KOut(degree),
            Generator::RandomDial { dials: degree, dialling: Dialling::Distinct },
            Generator::RandomDial { dials: degree, dialling: Dialling::Repeating },
        ] {
            match generator.build(nodes, &mut stream(seed)) {
                Ok(graph) => {
                    prop_assert_eq!(graph.nodes(), nodes);
                    prop_assert!(graph.iter_links().all(|(a, b)| graph.has_edge(b, a)));
                    let again = generator.build(nodes, &mut stream(seed)).unwrap();
                    prop_assert_eq!(graph, again);
                }
                Err(error) => prop_assert!(!error.to_string().is_empty()),
            }
        }
        if nodes > 0 {
            let ring = Generator::Ring.build(nodes, &mut stream(seed)).unwrap();
            prop_assert_eq!(Components::of(&ring).count(), 1);
        }
    }
}
