//! Every rung of the ladder.

use super::*;

fn with(dir: &Path, options: Options) -> EmbeddedEngine {
    EmbeddedEngine::open(dir, &options).unwrap().0
}

fn small_segments() -> Options {
    Options {
        segment_bytes: 500,
        ..options()
    }
}

/// Writes a snapshot whenever a few commits have come.
fn eager() -> Options {
    Options {
        segment_bytes: 500,
        snapshot_after: 400,
        ..options()
    }
}

fn snapshots(dir: &Path) -> Vec<PathBuf> {
    let all = snapshot::list(&dir.join("snapshots")).unwrap();
    all.into_iter().map(|(_, path)| path).collect()
}

#[test]
fn a_new_folder_is_made_and_a_clean_one_needs_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("not/yet");
    let (engine, opened) = open(&data);
    assert_eq!(opened.steps, [Step::Created]);
    fill(&engine, 0..5);
    drop(engine);
    let (engine, opened) = open(&data);
    assert_eq!(opened.steps, [Step::Clean]);
    assert_eq!((opened.sequence, engine.last_sequence()), (5, 5));
    fill(&engine, 5..6);
    assert_eq!(filled(&engine), numbers(0..6));
}

#[test]
fn a_folder_in_use_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (_engine, _) = open(dir.path());
    let error = EmbeddedEngine::open(dir.path(), &options()).err().unwrap();
    assert!(matches!(error, OpenError::InUse(_)));
}

#[test]
fn what_the_index_lacks_comes_from_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let (engine, _) = open(dir.path());
    fill(&engine, 0..50);
    let left = killed(dir.path());
    let (engine, opened) = open(left.path());
    assert_eq!(opened.steps.first(), Some(&Step::Unclean));
    assert_eq!(opened.sequence, 50);
    assert_eq!(filled(&engine), numbers(0..50));
}

#[test]
fn an_idle_engine_has_its_index_on_disk() {
    let dir = tempfile::tempdir().unwrap();
    let (engine, _) = open(dir.path());
    fill(&engine, 0..50);
    // Closed and opened, so that the index has everything, and then killed.
    drop(engine);
    let (_engine, _) = open(dir.path());
    let left = killed(dir.path());
    fs::remove_dir_all(left.path().join("log")).unwrap();
    let (engine, opened) = open(left.path());
    assert!(
        matches!(opened.steps[1], Step::LogRenewed { kept: None, .. }),
        "{opened:?}"
    );
    assert_eq!(filled(&engine), numbers(0..50));
    fill(&engine, 50..52);
    drop(engine);
    let (engine, opened) = open(left.path());
    assert_eq!(opened.steps, [Step::Clean]);
    assert_eq!(filled(&engine), numbers(0..52));
}

#[test]
fn an_index_that_is_gone_is_built_from_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let engine = with(dir.path(), small_segments());
    fill(&engine, 0..50);
    drop(engine);
    assert!(segments(dir.path()).len() > 2);
    fs::remove_dir_all(dir.path().join("index")).unwrap();
    let (engine, opened) = open(dir.path());
    let rebuilt = Step::Rebuilt {
        snapshot: None,
        commits: 50,
    };
    assert_eq!(opened.steps, [Step::Clean, rebuilt]);
    assert_eq!(filled(&engine), numbers(0..50));
}

#[test]
fn an_index_that_will_not_open_is_kept_and_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let (engine, _) = open(dir.path());
    fill(&engine, 0..50);
    drop(engine);
    fs::write(
        dir.path().join("index/conf"),
        "nonsense, and long enough to be looked at",
    )
    .unwrap();
    let (engine, opened) = open(dir.path());
    assert_eq!(filled(&engine), numbers(0..50));
    let set_aside = opened.steps.iter().any(|step| {
        step.is_worrying()
            && matches!(step, Step::IndexSetAside { kept, .. } if kept.join("conf").exists())
    });
    assert!(set_aside, "{opened:?}");
}

#[test]
fn an_index_from_before_a_crash_of_the_machine_is_not_relied_on() {
    let dir = tempfile::tempdir().unwrap();
    let (engine, _) = open(dir.path());
    fill(&engine, 0..50);
    let left = killed(dir.path());
    fs::write(left.path().join("running"), "another boot").unwrap();
    let (engine, opened) = open(left.path());
    let rebuilt = Step::Rebuilt {
        snapshot: None,
        commits: 50,
    };
    assert_eq!(opened.steps, [Step::MachineWentDown, rebuilt]);
    assert_eq!(filled(&engine), numbers(0..50));
    assert!(!left.path().join("index.old-1").exists());
}

#[test]
fn an_index_that_a_read_found_damaged_is_replaced_at_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    let (engine, _) = open(dir.path());
    fill(&engine, 0..5);
    drop(engine);
    fs::write(dir.path().join("index.suspect"), "").unwrap();
    let (engine, opened) = open(dir.path());
    assert!(
        matches!(opened.steps.last(), Some(Step::IndexSetAside { .. })),
        "{opened:?}"
    );
    assert_eq!(filled(&engine), numbers(0..5));
    drop(engine);
    assert_eq!(open(dir.path()).1.steps, [Step::Clean]);
}

#[test]
fn a_torn_tail_is_cut_and_kept() {
    let dir = tempfile::tempdir().unwrap();
    let (engine, _) = open(dir.path());
    fill(&engine, 0..5);
    let left = killed(dir.path());
    change(&last_segment(left.path()), |log| {
        log.extend_from_slice(b"half a rec")
    });
    let (engine, opened) = open(left.path());
    let Some(Step::TailCut {
        bytes: 10,
        readable: 0,
        kept,
    }) = opened.steps.last()
    else {
        panic!("{opened:?}");
    };
    assert_eq!(fs::read(kept).unwrap(), b"half a rec");
    fill(&engine, 5..7);
    drop(engine);
    let (engine, opened) = open(left.path());
    assert_eq!(opened.steps, [Step::Clean]);
    assert_eq!(filled(&engine), numbers(0..7));
}

#[test]
fn a_damaged_log_costs_nothing_that_the_index_has() {
    let dir = tempfile::tempdir().unwrap();
    let engine = with(dir.path(), small_segments());
    fill(&engine, 0..50);
    drop(engine);
    let all = segments(dir.path());
    for (damaged, at) in [
        (&all[1], 0x80),
        (all.last().unwrap(), 0x60),
        (&all[0], 0x45),
    ] {
        let left = killed(dir.path());
        let path = left.path().join("log").join(damaged.file_name().unwrap());
        change(&path, |log| log[at] ^= 1);
        let (engine, opened) = open(left.path());
        let renewed = opened.steps.last().unwrap();
        assert!(renewed.is_worrying(), "{opened:?}");
        assert!(
            matches!(renewed, Step::LogRenewed { kept: Some(_), .. }),
            "{opened:?}"
        );
        assert_eq!(filled(&engine), numbers(0..50));
        fill(&engine, 50..55);
        drop(engine);

        fs::remove_dir_all(left.path().join("index")).unwrap();
        let (engine, opened) = open(left.path());
        let rebuilt = Step::Rebuilt {
            snapshot: Some(50),
            commits: 5,
        };
        assert_eq!(opened.steps, [Step::Clean, rebuilt]);
        assert_eq!(filled(&engine), numbers(0..55));
    }
}

#[test]
fn damage_in_the_middle_without_an_index_is_refused_and_nothing_is_touched() {
    let dir = tempfile::tempdir().unwrap();
    let engine = with(dir.path(), small_segments());
    fill(&engine, 0..50);
    drop(engine);
    fs::remove_dir_all(dir.path().join("index")).unwrap();
    let damaged = segments(dir.path()).swap_remove(1);
    change(&damaged, |log| log[0x80] ^= 1);
    for _ in 0..2 {
        let error = EmbeddedEngine::open(dir.path(), &options()).err().unwrap();
        let OpenError::Damaged {
            file, offset, last, ..
        } = &error
        else {
            panic!("{error}");
        };
        assert_eq!(file, &damaged);
        assert!((*offset as usize) <= 0x80 && *last > 0, "{error}");
    }

    // What the message advises.
    let error = EmbeddedEngine::open(dir.path(), &options()).err().unwrap();
    let OpenError::Damaged { offset, last, .. } = error else {
        panic!()
    };
    change(&damaged, |log| log.truncate(offset as usize));
    for later in segments(dir.path())
        .into_iter()
        .filter(|path| *path > damaged)
    {
        fs::remove_file(later).unwrap();
    }
    let (engine, opened) = open(dir.path());
    assert_eq!(opened.sequence, last);
    assert_eq!(filled(&engine), numbers(0..last as u32));
}

#[test]
fn snapshots_let_the_log_be_cut_and_hold_everything() {
    let dir = tempfile::tempdir().unwrap();
    let engine = with(dir.path(), eager());
    fill(&engine, 0..400);
    drop(engine);
    assert_eq!(snapshots(dir.path()).len(), 2);
    assert!(
        segments(dir.path()).first().unwrap() > &disk::numbered(&dir.path().join("log"), 1, "log")
    );

    fs::remove_dir_all(dir.path().join("index")).unwrap();
    let (engine, opened) = open(dir.path());
    assert!(
        matches!(
            opened.steps[1],
            Step::Rebuilt {
                snapshot: Some(_),
                ..
            }
        ),
        "{opened:?}"
    );
    assert_eq!(filled(&engine), numbers(0..400));
}

#[test]
fn a_damaged_snapshot_is_passed_over_for_the_one_before() {
    let dir = tempfile::tempdir().unwrap();
    let engine = with(dir.path(), eager());
    fill(&engine, 0..400);
    drop(engine);
    fs::remove_dir_all(dir.path().join("index")).unwrap();
    let [newest, older] = &snapshots(dir.path())[..] else {
        panic!()
    };
    change(newest, |file| file[40] ^= 1);
    let (engine, opened) = open(dir.path());
    assert!(
        opened
            .steps
            .iter()
            .any(|step| matches!(step, Step::SnapshotDamaged { file, .. } if file == newest))
    );
    assert_eq!(filled(&engine), numbers(0..400));
    drop(engine);

    fs::remove_dir_all(dir.path().join("index")).unwrap();
    change(older, |file| file[40] ^= 1);
    let error = EmbeddedEngine::open(dir.path(), &options()).err().unwrap();
    assert!(matches!(error, OpenError::Damaged { .. }), "{error}");
}

#[test]
fn a_snapshot_of_a_state_in_motion_is_right_with_the_log_behind_it() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options {
        snapshot_after: 20_000,
        ..options()
    };
    let engine: SharedEngine = Arc::new(with(dir.path(), options));
    let overwrite = |thread: u32| {
        for round in 0..60u32 {
            let keys: Vec<Vec<u8>> = (0..8)
                .map(|n| format!("{thread}-{}", (round * 3 + n) % 20).into_bytes())
                .collect();
            let value = round.to_string().into_bytes();
            let mut writes: Vec<Write> = keys
                .iter()
                .map(|key| Write::Put(key.clone(), value.clone()))
                .collect();
            writes.push(Write::Delete(
                format!("{thread}-{}", round % 20).into_bytes(),
            ));
            wait(engine.commit(Batch {
                expect: vec![],
                writes,
            }))
            .unwrap();
        }
    };
    std::thread::scope(|scope| {
        for thread in 0..8 {
            scope.spawn(move || overwrite(thread));
        }
    });
    let before = engine.scan(b"", None, usize::MAX).unwrap();
    drop(engine);
    assert!(!snapshots(dir.path()).is_empty());
    fs::remove_dir_all(dir.path().join("index")).unwrap();
    let (engine, opened) = open(dir.path());
    assert!(
        matches!(
            opened.steps[1],
            Step::Rebuilt {
                snapshot: Some(_),
                ..
            }
        ),
        "{opened:?}"
    );
    assert_eq!(engine.scan(b"", None, usize::MAX).unwrap(), before);
}

#[test]
fn half_an_index_that_was_being_built_is_begun_again() {
    let dir = tempfile::tempdir().unwrap();
    let (engine, _) = open(dir.path());
    fill(&engine, 0..5);
    drop(engine);
    fs::rename(dir.path().join("index"), dir.path().join("index.new")).unwrap();
    let (engine, _) = open(dir.path());
    assert_eq!(filled(&engine), numbers(0..5));
}

#[test]
fn what_happened_is_said_in_words() {
    let dir = tempfile::tempdir().unwrap();
    let (engine, _) = open(dir.path());
    fill(&engine, 0..5);
    drop(engine);
    fs::write(
        dir.path().join("index/conf"),
        "nonsense, and long enough to be looked at",
    )
    .unwrap();
    let lines: Vec<String> = open(dir.path())
        .1
        .steps
        .iter()
        .map(Step::to_string)
        .collect();
    assert_eq!(lines[0], "the last stop was clean");
    assert_eq!(lines[1], "built the index from 5 commits in the log");
    assert!(lines[2].contains("index.bad-1"), "{lines:?}");
}

#[test]
fn a_snapshot_that_needs_more_log_than_there_is_is_passed_over() {
    let dir = tempfile::tempdir().unwrap();
    let (engine, _) = open(dir.path());
    fill(&engine, 0..5);
    drop(engine);
    fs::remove_dir_all(dir.path().join("index")).unwrap();
    let torn = [Ok((b"x".to_vec(), b"of a later state".to_vec()))];
    snapshot::write(&dir.path().join("snapshots"), 3, torn.into_iter(), || 6).unwrap();
    let (engine, opened) = open(dir.path());
    assert!(
        matches!(opened.steps[1], Step::SnapshotDamaged { .. }),
        "{opened:?}"
    );
    assert_eq!(filled(&engine), numbers(0..5));
}
