use super::*;
use tempfile::TempDir;

fn folder() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let database = folder.path().join("whypaid.db");
    (folder, database)
}

fn open(database: &Path) -> (Inbox, Vec<Record>) {
    Inbox::open(database).unwrap().unwrap()
}

fn numbers(records: &[Record]) -> Vec<u64> {
    records.iter().map(|record| record.number).collect()
}

#[test]
fn what_was_appended_is_there_when_opened_again() {
    let (_folder, database) = folder();
    let (mut inbox, before) = open(&database);
    assert_eq!(before, []);
    assert_eq!(inbox.append([&b"one"[..], b""], 0).unwrap(), 2);
    assert_eq!(inbox.append([&b"three"[..]], 0).unwrap(), 3);
    drop(inbox);
    let (mut inbox, records) = open(&database);
    let want = [(1, &b"one"[..]), (2, b""), (3, b"three")];
    let got: Vec<_> = records.iter().map(|r| (r.number, r.payload.as_slice())).collect();
    assert_eq!(got, want);
    assert_eq!(inbox.append([&b"four"[..]], 0).unwrap(), 4);
    assert_eq!(numbers(&Inbox::peek(&database).unwrap()), [1, 2, 3, 4]);
}

/// A crash in the middle of a write: whatever part of it reached the disk, nothing before it is lost.
#[test]
fn a_torn_record_ends_what_is_read() {
    let (_folder, database) = folder();
    let (mut inbox, _) = open(&database);
    inbox.append([&b"kept"[..], &[7; 100]], 0).unwrap();
    drop(inbox);
    let path = &paths(&database)[1];
    let whole = std::fs::read(path).unwrap();
    let first = HEAD_BYTES + 4;
    for cut in first..whole.len() {
        std::fs::write(path, &whole[..cut]).unwrap();
        assert_eq!(numbers(&open(&database).1), [1], "cut at {cut}");
        let mut flipped = whole.clone();
        flipped[cut] ^= 1;
        std::fs::write(path, &flipped).unwrap();
        let read = numbers(&open(&database).1);
        assert_eq!(read, [1], "flipped at {cut}");
    }
}

/// Room is used again once its records were moved; older records behind a newer one are not read again.
#[test]
fn what_was_moved_is_written_over() {
    let (_folder, database) = folder();
    let (mut inbox, _) = open(&database);
    let long = [1; 50];
    assert_eq!(inbox.append([&long[..]; 10], 0).unwrap(), 10);
    assert_eq!(inbox.append([&b"short"[..]], 10).unwrap(), 11);
    drop(inbox);
    let (mut inbox, records) = open(&database);
    assert_eq!(numbers(&records), [11]);
    // The next one ends where an older record, of a lower number, begins.
    let fill = [1; 2 * (HEAD_BYTES + 50) - 2 * HEAD_BYTES - 5];
    inbox.append([&fill[..]], 10).unwrap();
    drop(inbox);
    assert_eq!(numbers(&open(&database).1), [11, 12]);
}

#[test]
fn files_take_turns_and_stay_small_while_the_mover_keeps_up() {
    let (_folder, database) = folder();
    let (mut inbox, _) = open(&database);
    let megabyte = vec![0; 1 << 20];
    for n in 0..100 {
        inbox.append([&megabyte[..]], n.max(4) - 4).unwrap();
    }
    let bytes: Vec<u64> = paths(&database).iter().map(|p| std::fs::metadata(p).unwrap().len()).collect();
    assert!(bytes.iter().all(|&b| b > 0 && b < FILE_BYTES + (2 << 20)), "{bytes:?}");
    drop(inbox);
    let records = numbers(&open(&database).1);
    assert_eq!(records[records.len() - 4..], [97, 98, 99, 100]);
    assert!(records.is_sorted());
}

/// A mover that does not keep up loses nothing: the file grows.
#[test]
fn nothing_that_was_not_moved_is_written_over() {
    let (_folder, database) = folder();
    let (mut inbox, _) = open(&database);
    let megabyte = vec![0; 1 << 20];
    for _ in 0..30 {
        inbox.append([&megabyte[..]], 1).unwrap();
    }
    drop(inbox);
    let records = numbers(&open(&database).1);
    assert_eq!(records.iter().filter(|&&n| n > 1).count(), 29);
}

#[test]
fn one_process_holds_it() {
    let (_folder, database) = folder();
    let (inbox, _) = open(&database);
    assert!(Inbox::open(&database).unwrap().is_none());
    drop(inbox);
    assert!(Inbox::open(&database).unwrap().is_some());
}

#[test]
fn files_are_removed_only_when_all_was_moved() {
    let (_folder, database) = folder();
    let (mut inbox, _) = open(&database);
    inbox.append([&b"one"[..]], 0).unwrap();
    inbox.close(0);
    let (inbox, records) = open(&database);
    assert_eq!(numbers(&records), [1]);
    inbox.close(1);
    assert!(paths(&database).iter().all(|path| !path.exists()));
}

/// An append that failed left bytes behind; the next one takes their place and their number.
#[test]
fn a_failed_append_counts_for_nothing() {
    let (_folder, database) = folder();
    let (mut inbox, _) = open(&database);
    inbox.append([&b"one"[..]], 0).unwrap();
    let path = inbox.files[inbox.current].path.clone();
    let writable = std::mem::replace(&mut inbox.files[1].file, File::open(&path).unwrap());
    assert!(inbox.append([&b"lost"[..]], 0).unwrap_err().is_unavailable());
    inbox.files[1].file = writable;
    assert_eq!(inbox.append([&b"two"[..]], 0).unwrap(), 2);
    assert_eq!(numbers(&Inbox::peek(&database).unwrap()), [1, 2]);
}
