//! The experiments that ship with corsair, embedded so that `corsair run pirates` works anywhere.

/// One of them.
#[derive(Clone, Copy, Debug)]
pub struct Builtin {
    /// What `run` calls it: the file's name without its ending.
    pub name: &'static str,
    /// The file.
    pub text: &'static str,
}

macro_rules! builtins {
    ($($name:literal),+ $(,)?) => {
        /// All of them.
        pub const BUILTINS: &[Builtin] = &[
            $(Builtin { name: $name, text: include_str!(concat!("../../configs/", $name, ".yaml")) }),+
        ];
    };
}

builtins!(
    "anti-entropy",
    "averaging",
    "churn-gossip",
    "cnsim-v1",
    "cnsim-v1-concurrent",
    "cnsim-v2",
    "cnsim-v2-bandwidth",
    "cnsim-v2-zones",
    "demers-clocks",
    "demers-table1",
    "demers-table2",
    "demers-table3",
    "fanout-reach",
    "flood-topologies",
    "gossip",
    "karp",
    "pirates",
    "pirates-gold",
    "pirates-promises",
    "pirates-reload",
    "pirates-rumour",
    "pirates-scale",
    "push-sum",
    "spigo",
);

/// The files that they name, by their paths from the project's root.
const FILES: &[(&str, &[u8])] =
    &[("topologies/old-crew.json", include_bytes!("../../topologies/old-crew.json"))];

impl Builtin {
    /// What it shows: the comment at the top of the file.
    pub fn says(&self) -> &'static str {
        let first = self.text.lines().next().unwrap_or_default();
        first.trim_start_matches('#').trim()
    }
}

/// The built-in experiment of that name.
pub fn builtin(name: &str) -> Option<Builtin> {
    BUILTINS.iter().find(|builtin| builtin.name == name).copied()
}

/// A file that a built-in experiment names.
pub(super) fn builtin_file(path: &str) -> Option<&'static [u8]> {
    let path = path.trim_start_matches("../");
    FILES.iter().find(|(known, _)| *known == path).map(|(_, bytes)| *bytes)
}
