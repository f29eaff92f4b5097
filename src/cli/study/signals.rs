//! SIGTERM and the first SIGINT end a study gently: the runs in hand are finished and kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// Whether somebody wants the work to end.
pub(super) struct Signals {
    terminated: Arc<AtomicBool>,
    interrupted: Arc<AtomicBool>,
}

impl Signals {
    /// Listens from now on. A second SIGINT ends the process at once.
    pub(super) fn listen() -> Signals {
        let signals = Signals { terminated: Arc::default(), interrupted: Arc::default() };
        // Where the machine does not let us listen, a signal ends us at once, which loses no result.
        let _ = flag::register(SIGTERM, Arc::clone(&signals.terminated));
        let _ = flag::register_conditional_shutdown(SIGINT, 130, Arc::clone(&signals.interrupted));
        let _ = flag::register(SIGINT, Arc::clone(&signals.interrupted));
        signals
    }

    /// Whether either came.
    pub(super) fn came(&self) -> bool {
        self.terminated.load(Ordering::Relaxed) || self.was_interrupted()
    }

    /// Whether somebody pressed Ctrl-C.
    pub(super) fn was_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }
}
