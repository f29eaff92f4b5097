//! What must hold in every run of gossip, with the source that says so.

use crate::check::Invariant;

/// All of them.
pub const INVARIANTS: &[Invariant] = &[
    Invariant {
        name: "no_creation",
        says: "a rumor that is received was published before",
        source: "reliable broadcast (Cachin, Guerraoui & Rodrigues 2011, RB3)",
    },
    Invariant {
        name: "no_duplicate_delivery",
        says: "a site receives a rumor as new once; without a disk once a life",
        source: "reliable broadcast (Cachin, Guerraoui & Rodrigues 2011, RB2)",
    },
    Invariant {
        name: "knows_before_sends",
        says: "who sends a rumor knows it; in rounds since an earlier round",
        source: "Demers et al. 1987, section 1.4: a cycle is judged by its start",
    },
    Invariant {
        name: "peers_only",
        says: "sender and receiver of a message are neighbours in the topology",
        source: "the topology",
    },
    Invariant {
        name: "flood_count",
        says: "in a full asynchronous flood who hears tells each peer but the teller, once",
        source: "flooding sends 2E - n + 1 copies",
    },
    Invariant {
        name: "fanout_count",
        says: "in infect and die who hears tells min(fanout, degree) distinct peers, once",
        source: "Kermarrec, Massoulié & Ganesh 2003",
    },
    Invariant {
        name: "removed_is_silent",
        says: "who has lost interest in a rumor never sends it again",
        source: "Demers et al. 1987, section 1.4: removed",
    },
    Invariant {
        name: "counter_in_range",
        says: "the counter of an infective site is below k; of the median from 1 to below ctr_max",
        source: "Demers et al. 1987, section 1.4: counter; Karp et al. 2000, section 3",
    },
    Invariant {
        name: "limit_respected",
        says: "a site takes at most connection_limit calls in a round",
        source: "Demers et al. 1987, section 1.4: connection limit",
    },
    Invariant {
        name: "coverage_monotone",
        says: "a site with a disk that knows a rumor knows it ever after",
        source: "a database is on disk",
    },
    Invariant {
        name: "call_discipline",
        says: "a blocking list of calls has at most one open",
        source: "blocking remote procedure calls",
    },
    Invariant {
        name: "mass_conserved",
        says: "what sites hold and what is under way sums up to their numbers, if nothing got lost",
        source: "Kempe, Dobra & Gehrke 2003, section 2: mass conservation",
    },
    Invariant {
        name: "range_shrinks",
        says: "no estimate leaves the range of the numbers",
        source: "means lie between; Kempe et al. 2003, Jelasity et al. 2005",
    },
    Invariant {
        name: "spreads",
        says: "long after all faults, all that are up know what one knows (anti_entropy, infect_forever)",
        source: "Demers et al. 1987, section 1.3: simple epidemics infect everybody",
    },
    Invariant {
        name: "converges",
        says: "where all know all and nothing is lost, all are right to a millionth 20 log2 n + 60 periods on",
        source: "Kempe et al. 2003, Jelasity et al. 2005: errors fall by a factor a round",
    },
    Invariant {
        name: "settles",
        says: "long after all faults, no site tells a rumor any more (rumor, median_counter, infect_and_die, flood)",
        source: "Demers et al. 1987, section 1.4: complex epidemics die out",
    },
];
