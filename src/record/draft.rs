//! A result being written: files with checksums in a temporary folder that becomes the result in
//! one step.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::checksum::{Checksum, Summing};
use super::disk::{Disk, DiskFile};
use super::error::RecordError;
use super::folder::refuse_unclearable;
use super::install::{Published, install};
use super::manifest::{FileEntry, MANIFEST, Manifest, is_plain, json_lines};
use super::place::{Place, Role};
use super::provenance::{PROVENANCE, Provenance};

/// A result being written. Dropped before it is published, it leaves nothing behind.
pub struct Draft<'d> {
    disk: &'d dyn Disk,
    target: PathBuf,
    /// The temporary folder beside the target; none once it has moved there.
    folder: Option<PathBuf>,
    /// The paths given out, and the checksum of each that is closed.
    files: BTreeMap<String, Option<Checksum>>,
    /// The folders inside, by path.
    rooms: BTreeSet<PathBuf>,
}

/// A data file being written. Its errors name it, through whatever writers they come.
pub struct DraftFile {
    path: String,
    out: BufWriter<Summing<Named>>,
}

impl<'d> Draft<'d> {
    /// Begins a result that will stand at `target`, where nothing changes until [`Draft::publish`].
    ///
    /// # Errors
    /// What the disk refuses, a target that is no folder, or one that holds what no run has
    /// written.
    pub fn begin(disk: &'d dyn Disk, target: &Path) -> Result<Draft<'d>, RecordError> {
        let place = Place::of(target)?;
        refuse_unclearable(target)?;
        let parent = place.parent();
        disk.create_path(parent).map_err(RecordError::disk("create", parent))?;
        let (folder, ()) = place
            .claim(Role::Partial, |folder| disk.create_folder(folder))
            .map_err(RecordError::disk("create", target))?;
        Ok(Draft {
            disk,
            target: target.to_owned(),
            folder: Some(folder),
            files: BTreeMap::new(),
            rooms: BTreeSet::new(),
        })
    }

    /// Opens a new data file at a path in the folder, with `/` between its parts.
    ///
    /// # Errors
    /// What the disk refuses.
    pub fn create(&mut self, path: &str) -> Result<DraftFile, RecordError> {
        assert!(is_plain(path), "data files lie inside of their folder, {path} does not");
        let taken = self.files.insert(path.to_owned(), None);
        assert!(taken.is_none(), "each data file is written once, {path} twice");
        let out = BufWriter::with_capacity(1 << 16, Summing::new(self.open(path)?));
        Ok(DraftFile { path: path.to_owned(), out })
    }

    /// Ends a data file: all of it is on the disk, and the manifest will name it.
    ///
    /// # Errors
    /// What the disk refuses.
    pub fn close(&mut self, file: DraftFile) -> Result<(), RecordError> {
        let summing = file.out.into_inner().map_err(|e| RecordError::from(e.into_error()))?;
        let (mut named, checksum) = summing.finish();
        named.sync()?;
        self.files.insert(file.path, Some(checksum));
        Ok(())
    }

    /// Writes a whole data file.
    ///
    /// # Errors
    /// What the disk refuses.
    pub fn add(&mut self, path: &str, bytes: &[u8]) -> Result<(), RecordError> {
        let mut file = self.create(path)?;
        file.write_all(bytes)?;
        self.close(file)
    }

    /// Writes `provenance.json`, which the manifest does not name.
    ///
    /// # Errors
    /// What the disk refuses.
    pub fn add_provenance(&mut self, provenance: &Provenance) -> Result<(), RecordError> {
        self.write_unlisted(PROVENANCE, &json_lines(provenance))
    }

    /// Writes the manifest with all files of the draft, and moves the folder to its place.
    ///
    /// # Errors
    /// What the disk refuses; then what stood at the target stands there still, unless only the
    /// last sync failed: then the whole new result does.
    pub fn publish(mut self, mut manifest: Manifest) -> Result<Published, RecordError> {
        let entry = |(path, sum): (&String, &Option<Checksum>)| {
            let sum = sum.clone().expect("data files are closed before they are published");
            FileEntry { path: path.clone(), bytes: sum.bytes, sha256: sum.sha256 }
        };
        manifest.files = self.files.iter().map(entry).collect();
        // What somebody removed while it was written must not be promised.
        for file in &manifest.files {
            let path = self.folder().join(&file.path);
            std::fs::metadata(&path).map_err(RecordError::disk("read", &path))?;
        }
        self.write_unlisted(MANIFEST, &manifest.to_json())?;
        let folder = self.folder();
        for room in self.rooms.iter().map(|room| folder.join(room)).chain([folder.to_owned()]) {
            self.disk.sync_folder(&room).map_err(RecordError::disk("sync", &room))?;
        }
        let published = install(self.disk, folder, &self.target, &manifest)?;
        if published != Published::Confirmed {
            self.folder = None;
        }
        Ok(published)
    }

    /// Where the files stand until they are published, for those who make one of the others.
    ///
    /// # Panics
    /// Never: a draft has its folder until [`Draft::publish`] takes it.
    pub fn folder(&self) -> &Path {
        self.folder.as_deref().expect("a draft has its folder until it is published")
    }

    fn open(&mut self, path: &str) -> Result<Named, RecordError> {
        let full = self.folder().join(path);
        let room = Path::new(path).parent().filter(|room| *room != Path::new(""));
        if let Some(room) = room {
            self.make_room(room)?;
        }
        let file = self.disk.create_file(&full).map_err(RecordError::disk("create", &full))?;
        Ok(Named { file, path: full })
    }

    /// Makes a folder inside, and those above it, each once: whoever removes the draft under way is told so.
    fn make_room(&mut self, room: &Path) -> Result<(), RecordError> {
        if room == Path::new("") || self.rooms.contains(room) {
            return Ok(());
        }
        if let Some(above) = room.parent() {
            self.make_room(above)?;
        }
        let made = self.folder().join(room);
        self.disk.create_folder(&made).map_err(RecordError::disk("create", &made))?;
        self.rooms.insert(room.to_owned());
        Ok(())
    }

    fn write_unlisted(&mut self, path: &str, text: &str) -> Result<(), RecordError> {
        let mut file = self.open(path)?;
        file.write_all(text.as_bytes())?;
        file.sync()
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            // What cannot be removed now is cleared by the next run that publishes here.
            let _ = self.disk.remove(folder);
        }
    }
}

impl Write for DraftFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// A file whose errors say its path.
struct Named {
    file: Box<dyn DiskFile>,
    path: PathBuf,
}

impl Named {
    fn sync(&mut self) -> Result<(), RecordError> {
        self.file.sync().map_err(RecordError::disk("sync", &self.path))
    }
}

impl Write for Named {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.file.write(bytes) {
            // The caller's `write_all` tries again.
            Err(e) if e.kind() == io::ErrorKind::Interrupted => Err(e),
            written => written.map_err(|e| RecordError::disk("write", &self.path)(e).into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush().map_err(|e| RecordError::disk("write", &self.path)(e).into())
    }
}

#[cfg(test)]
mod tests {
    use super::super::failing::Failing;
    use super::super::{
        Counts, Existing, LocalDisk, ResultKind, compare, examine, verify, write_latest,
    };
    use super::*;
    use std::fs;

    fn write(disk: &dyn Disk, target: &Path, seed: u64) -> Result<Published, RecordError> {
        let mut draft = Draft::begin(disk, target)?;
        let mut series = draft.create("series.csv")?;
        let mut graph = draft.create("graph/a/0.json")?;
        for line in 0..3 {
            writeln!(series, "{line},{}", seed.to_string().repeat(30_000))?;
            writeln!(graph, "{line}")?;
        }
        draft.close(graph)?;
        draft.close(series)?;
        draft.add("graph/empty.json", b"")?;
        draft.add_provenance(&Provenance::default())?;
        draft.publish(Manifest {
            schema: 1,
            name: "demo".into(),
            id: "0123456789ab".into(),
            kind: ResultKind::Run,
            seed,
            engine: 1,
            counts: Counts::default(),
            files: Vec::new(),
        })
    }

    /// What may stand at the target when a run begins.
    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Before {
        Nothing,
        Parts,
        Damage,
        Other,
    }
    use Before::{Damage, Nothing, Other, Parts};

    fn prepare(before: Before, target: &Path) {
        match before {
            Nothing => {}
            Parts => {
                fs::create_dir_all(target.join("parts")).unwrap();
                fs::write(target.join("parts/0.csv"), "half").unwrap();
            }
            Damage | Other => {
                write(&LocalDisk, target, 1).unwrap();
                if before == Damage {
                    fs::remove_file(target.join("series.csv")).unwrap();
                }
            }
        }
    }

    fn siblings(target: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(target.parent().unwrap()).unwrap();
        entries.map(|e| e.unwrap().path()).filter(|path| path != target).collect()
    }

    /// Lets siblings look as if a process that is gone had left them: no process number is that
    /// large.
    fn disown(target: &Path) {
        for path in siblings(target) {
            let name = path.file_name().unwrap().to_str().unwrap();
            let own = format!("-{}-", std::process::id());
            fs::rename(&path, path.with_file_name(name.replace(&own, "-2147483647-"))).unwrap();
        }
    }

    fn same(left: &Path, right: &Path) -> bool {
        match (left.exists(), right.exists()) {
            (true, true) => compare(left, right).unwrap().is_empty(),
            (left, right) => left == right,
        }
    }

    fn fail_everywhere(before: Before, range: impl Fn(u64) -> std::ops::Range<u64>) {
        let (home, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (old, new) = (home.path().join("old"), new.path().join("new"));
        prepare(before, &old);
        write(&LocalDisk, &new, 2).unwrap();
        for k in 0.. {
            let home = tempfile::tempdir().unwrap();
            let target = home.path().join("demo");
            prepare(before, &target);
            let disk = Failing::at(range(k));
            let result = write(&disk, &target, 2);
            if disk.operations() <= k {
                assert!(k > 20 && result.is_ok(), "the last round is one without a failure");
                return;
            }
            let healed = range(k).end < u64::MAX;
            if healed && result.is_err() && !same(&target, &new) {
                assert_eq!(siblings(&target), [] as [PathBuf; 0], "{before:?}, {k}");
            }
            disown(&target);
            examine(&LocalDisk, &target).unwrap();
            match result {
                Ok(_) => assert!(same(&target, &new), "{before:?}, {k}"),
                Err(error) => {
                    let text = error.to_string();
                    assert!(text.contains(home.path().to_str().unwrap()), "{text}");
                    assert!(text.ends_with(": no storage space"), "{text}");
                    assert!(same(&target, &old) || same(&target, &new), "{before:?}, {k}: {text}");
                }
            }
            write(&LocalDisk, &target, 2).unwrap();
            assert!(same(&target, &new) && siblings(&target).is_empty(), "{before:?}, {k}");
        }
    }

    #[test]
    fn a_failing_operation_leaves_no_partial_result() {
        for before in [Nothing, Parts, Damage, Other] {
            fail_everywhere(before, |k| k..k + 1);
        }
    }

    #[test]
    fn a_dying_disk_leaves_no_partial_result() {
        for before in [Nothing, Parts, Damage, Other] {
            fail_everywhere(before, |k| k..u64::MAX);
        }
    }

    #[test]
    fn what_stands_at_the_target_is_told_and_replaced() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("results/demo/0123456789ab");
        let look = || examine(&LocalDisk, &target).unwrap();
        assert_eq!(look(), Existing::Absent);
        assert_eq!(write(&LocalDisk, &target, 1).unwrap(), Published::New);
        let Existing::Intact(manifest) = look() else { panic!("it was just written") };
        let files: Vec<_> = manifest.files.iter().map(|f| (f.path.as_str(), f.bytes)).collect();
        let series = 3 * (2 + 30_000 + 1);
        assert_eq!(files, [("graph/a/0.json", 6), ("graph/empty.json", 0), ("series.csv", series)]);
        assert_eq!(write(&LocalDisk, &target, 1).unwrap(), Published::Confirmed);
        assert_eq!(write(&LocalDisk, &target, 2).unwrap(), Published::Replaced);

        let graph = target.join("graph/a/0.json");
        fs::write(&graph, "0\n1\n3\n").unwrap();
        let told = "graph/a/0.json differs: its SHA-256 is not the one in manifest.json";
        assert_eq!(verify(&target).unwrap()[0].to_string(), told);
        fs::write(&graph, "0\n1\n").unwrap();
        let told = "graph/a/0.json differs: it has 4 bytes, 6 were written";
        assert_eq!(verify(&target).unwrap()[0].to_string(), told);
        fs::remove_dir_all(target.join("graph")).unwrap();
        fs::write(target.join("graph"), "").unwrap();
        let Existing::Damaged(difference) = look() else { panic!("a file is gone") };
        assert_eq!(difference.to_string(), "graph/a/0.json is missing");
        assert_eq!(write(&LocalDisk, &target, 2).unwrap(), Published::Replaced);
        assert_eq!(verify(&target).unwrap(), []);
        fs::write(target.join("manifest.json"), "{").unwrap();
        assert!(matches!(look(), Existing::Damaged(_)));
        fs::remove_file(target.join("manifest.json")).unwrap();
        assert_eq!(look(), Existing::Incomplete);
    }

    #[test]
    fn folders_of_the_user_are_never_cleared() {
        let home = tempfile::tempdir().unwrap();
        let thesis = home.path().join("thesis.tex");
        fs::write(&thesis, "my life").unwrap();
        let message = |result: Result<_, RecordError>| result.map(|_| ()).unwrap_err().to_string();
        let refusal = "holds `thesis.tex`, which is no part of a result: choose another folder";
        assert!(message(examine(&LocalDisk, home.path()).map(|_| ())).contains(refusal));
        assert!(message(write(&LocalDisk, home.path(), 1).map(|_| ())).contains(refusal));
        assert!(message(write(&LocalDisk, &thesis, 1).map(|_| ())).contains("is no folder"));
        assert!(
            message(write(&LocalDisk, Path::new(".."), 1).map(|_| ())).contains("is no folder")
        );
        assert_eq!(fs::read_to_string(thesis).unwrap(), "my life");
        let target = home.path().join("demo");
        write(&LocalDisk, &target, 1).unwrap();
        fs::write(target.join("notes.txt"), "mine").unwrap();
        assert!(matches!(examine(&LocalDisk, &target), Ok(Existing::Intact(_))));
        assert!(message(write(&LocalDisk, &target, 2).map(|_| ())).contains("holds `notes.txt`"));
    }

    #[test]
    fn writers_of_one_result_end_with_one() {
        let home = tempfile::tempdir().unwrap();
        for (round, before) in
            [Nothing, Parts, Damage, Other].into_iter().cycle().take(40).enumerate()
        {
            let target = home.path().join(round.to_string()).join("demo");
            prepare(before, &target);
            std::thread::scope(|scope| {
                let writers: Vec<_> =
                    (0..4).map(|_| scope.spawn(|| write(&LocalDisk, &target, 2))).collect();
                for writer in writers {
                    writer.join().unwrap().unwrap();
                }
            });
            let Existing::Intact(manifest) = examine(&LocalDisk, &target).unwrap() else {
                panic!("{before:?}: one of four has won")
            };
            assert_eq!((manifest.seed, siblings(&target)), (2, vec![]), "{before:?}");
        }
    }

    #[test]
    fn the_latest_result_is_named_whole_or_not_at_all() {
        for k in 0.. {
            let home = tempfile::tempdir().unwrap();
            let latest = home.path().join("latest.txt");
            write_latest(&LocalDisk, home.path(), "000000000000").unwrap();
            let disk = Failing::at(k..k + 1);
            let result = write_latest(&disk, home.path(), "111111111111");
            let text = fs::read_to_string(&latest).unwrap();
            if disk.operations() <= k {
                result.unwrap();
                assert_eq!(text, "111111111111\n");
                return;
            }
            assert!(["000000000000\n", "111111111111\n"].contains(&text.as_str()));
            assert!(result.is_err() && siblings(&latest).is_empty());
        }
    }
}
