//! GraphML in.

use super::mistake::Mistakes;
use super::{GraphFile, ReadOptions};

/// Reads a GraphML file.
pub(super) fn read<'f>(
    _text: &'f str,
    _options: ReadOptions,
    mistakes: &mut Mistakes<'f>,
) -> Option<GraphFile> {
    mistakes.add(0, || "GraphML files are not read yet; convert to JSON".to_owned());
    None
}
