//! The expansion of churn and of random crashes: who goes when, and for how long.

use super::error::FaultError;
use super::expand::{Expansion, Purpose, What};
use super::fault::{Churn, ChurnStart, Crashes};
use super::schedule::{Schedule, Window};
use crate::kernel::{Bits, Instant, NodeId, Probability, Residual, Span};
use crate::network::{Selector, Targets};

/// So often a node that is down is drawn before those that are up are looked for.
const TRIES: u32 = 64;

impl Expansion<'_> {
    pub(super) fn churn(&mut self, window: Window, churn: &Churn) -> Result<(), FaultError> {
        let nodes = self.known(&churn.nodes, 0)?;
        let residuals = match (churn.start, &churn.rejoin_after) {
            (ChurnStart::Stationary, Some(away)) => {
                let (up, down) = (churn.leave.mean(), away.mean());
                let share = up.nanos() as f64 / (up.nanos() as f64 + down.nanos() as f64);
                let share = Probability::new(share).unwrap_or(Probability::ONE);
                Some((share, Residual::new(&churn.leave), Residual::new(away)))
            }
            _ => None,
        };
        for node in nodes {
            self.churn_of(node, window, churn, residuals.as_ref())?;
        }
        Ok(())
    }

    /// The stays and absences of one node, drawn from a stream of its own.
    fn churn_of(
        &mut self,
        node: NodeId,
        window: Window,
        churn: &Churn,
        residuals: Option<&(Probability, Residual, Residual)>,
    ) -> Result<(), FaultError> {
        let mut draws = self.stream(Purpose::Churn, u64::from(node.0));
        let who = || Targets::Nodes(vec![node]);
        let mut leaves_at = window.from();
        match residuals {
            Some((up_share, _, away)) if !up_share.hit(draws.bits()) => {
                let rest = away.sample(&mut draws);
                self.heal_after(leaves_at + rest);
                if leaves_at == Instant::START {
                    self.push(leaves_at, What::Absent(who()))?;
                    self.push(leaves_at + rest, What::Start(who()))?;
                    self.downtime.crash(&who(), leaves_at, Some(rest));
                } else {
                    self.depart(who(), leaves_at, Some(rest), churn)?;
                }
                leaves_at = leaves_at + rest + churn.leave.sample(&mut draws);
            }
            Some((_, stay, _)) => leaves_at += stay.sample(&mut draws),
            None => leaves_at += churn.leave.sample(&mut draws),
        }
        while leaves_at < window.until() && leaves_at <= self.end {
            let away = churn.rejoin_after.as_ref().map(|away| away.sample(&mut draws));
            let is_graceful = churn.graceful.hit(draws.bits());
            self.heal_after(leaves_at + away.unwrap_or(Span::ZERO));
            if is_graceful {
                let (targets, disk, restart_after) = (who(), churn.disk, away);
                self.push(leaves_at, What::Leave { targets, disk, restart_after })?;
                self.downtime.crash(&who(), leaves_at, away);
            } else {
                self.depart(who(), leaves_at, away, churn)?;
            }
            let Some(away) = away else { return Ok(()) };
            leaves_at = leaves_at + away + churn.leave.sample(&mut draws);
        }
        Ok(())
    }

    fn depart(
        &mut self,
        targets: Targets,
        at: Instant,
        restart_after: Option<Span>,
        churn: &Churn,
    ) -> Result<(), FaultError> {
        self.downtime.crash(&targets, at, restart_after);
        let disk = churn.disk;
        self.push(at, What::Crash { targets, after_effects: None, disk, restart_after })
    }

    pub(super) fn crashes(&mut self, window: Window, crashes: &Crashes) -> Result<(), FaultError> {
        let mut nodes = self.known(&crashes.nodes, 0)?;
        for (index, spare) in (1..).zip(&crashes.spare) {
            let spare = self.known(spare, index)?;
            nodes.retain(|node| !spare.contains(node));
        }
        let mut times = self.stream(Purpose::Times, 0);
        let from = window.from() + crashes.gap.sample(&mut times);
        let (until, every) = (Some(window.until()), crashes.gap.clone());
        let schedule = Schedule::Every { from, until, every, count: None };
        for (index, at) in (0..).zip(schedule.expand(self.end, &mut times)?) {
            let Some(node) = self.unlucky(&nodes, at, index) else { continue };
            let mut restarts = self.stream(Purpose::Restarts, index);
            let restart_after =
                crashes.restart_after.as_ref().map(|after| after.sample(&mut restarts));
            self.heal_after(at + restart_after.unwrap_or(Span::ZERO));
            let (targets, disk) = (Targets::Nodes(vec![node]), crashes.disk);
            self.downtime.crash(&targets, at, restart_after);
            self.push(at, What::Crash { targets, after_effects: None, disk, restart_after })?;
        }
        Ok(())
    }

    /// One of the nodes that are up, each as likely.
    fn unlucky(&self, nodes: &[NodeId], at: Instant, index: u64) -> Option<NodeId> {
        if nodes.is_empty() {
            return None;
        }
        let mut draws = self.stream(Purpose::Victims, index);
        let mut draw = |among: &[NodeId]| among[draws.below(among.len() as u64) as usize];
        for _ in 0..TRIES {
            let node = draw(nodes);
            if self.downtime.is_up(node, at) {
                return Some(node);
            }
        }
        let up: Vec<_> = nodes.iter().copied().filter(|n| self.downtime.is_up(*n, at)).collect();
        (!up.is_empty()).then(|| draw(&up))
    }

    /// The nodes of a selector that is known before the run, ascending.
    fn known(&self, nodes: &Selector, index: u64) -> Result<Vec<NodeId>, FaultError> {
        match self.targets(nodes, index)? {
            Targets::Nodes(nodes) => Ok(nodes),
            Targets::Role(_) => Err(FaultError::Role),
        }
    }
}
