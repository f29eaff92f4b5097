//! stub
use super::Status;
use super::output::Terminal;
use std::io;
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {}
pub(super) fn bench(_: &Arguments, _: &mut Terminal) -> io::Result<Status> {
    Ok(Status::Good)
}
