//! A bar on stderr with the time that is left, on a terminal only.

use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Whether a bar may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// Where stderr is a terminal.
    OnTerminal,
    /// Never.
    Never,
}

/// The bar of a study's runs.
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// A bar of which `done` of `whole` runs are done.
    pub(super) fn start(shown: Shown, (done, whole): (u64, u64)) -> Progress {
        let is_shown = shown == Shown::OnTerminal && io::stderr().is_terminal();
        let target =
            if is_shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(whole), target).with_position(done);
        let form = "{bar:32} {pos}/{len} runs, {elapsed} so far, {eta} to go";
        if let Ok(style) = ProgressStyle::with_template(form) {
            bar.set_style(style.progress_chars("=> "));
        }
        // The rate is that of the runs done now, not of those that were there.
        bar.reset_eta();
        bar.tick();
        Progress(bar)
    }

    /// One more run is done.
    pub(super) fn advance(&self) {
        self.0.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
