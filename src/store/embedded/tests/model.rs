//! Random commits, kills and damage, against a model that remembers everything.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

type Model = BTreeMap<Vec<u8>, Vec<u8>>;

#[derive(Clone, Debug)]
enum Act {
    Commit(Vec<Write>),
    /// A commit that expects what is not so.
    Refused,
    Stop,
    Kill,
    KillAndLoseIndex,
    /// The last bytes of the log are cut off, as many as this.
    KillAndCut(u16),
    /// A byte of the log is flipped, so far from its end.
    KillAndFlip(u16, u8),
    /// The same, with a clean stop before: the index has everything then.
    StopAndFlip(u16, u8),
}

fn act() -> impl Strategy<Value = Act> {
    let key = || (0u8..20).prop_map(|n| vec![b'k', n]);
    let write = prop_oneof![
        3 => (key(), prop::collection::vec(any::<u8>(), 0..60)).prop_map(|(key, value)| Write::Put(key, value)),
        1 => key().prop_map(Write::Delete),
    ];
    let commit = prop::collection::vec(write, 1..5).prop_map(Act::Commit);
    let bit = || (0u8..8).prop_map(|bit| 1 << bit);
    prop_oneof![
        20 => commit,
        2 => Just(Act::Refused),
        1 => Just(Act::Stop),
        1 => Just(Act::Kill),
        1 => Just(Act::KillAndLoseIndex),
        1 => (1u16..400).prop_map(Act::KillAndCut),
        1 => (1u16..400, bit()).prop_map(|(back, bit)| Act::KillAndFlip(back, bit)),
        1 => (1u16..400, bit()).prop_map(|(back, bit)| Act::StopAndFlip(back, bit)),
    ]
}

/// The states after each commit, from the empty one on.
struct History(Vec<Model>);

impl History {
    fn now(&self) -> &Model {
        self.0.last().unwrap()
    }

    fn commit(&mut self, writes: &[Write]) {
        let mut next = self.now().clone();
        for write in writes {
            match write {
                Write::Put(key, value) => next.insert(key.clone(), value.clone()),
                Write::Delete(key) => next.remove(key),
            };
        }
        self.0.push(next);
    }
}

struct World {
    dir: TempDir,
    engine: Option<EmbeddedEngine>,
    history: History,
}

impl World {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut world = Self {
            dir,
            engine: None,
            history: History(vec![Model::new()]),
        };
        world.reopen();
        world
    }

    fn reopen(&mut self) -> Opened {
        let options = Options {
            cache_bytes: 1 << 20,
            snapshot_after: 1_500,
            segment_bytes: 600,
        };
        let (engine, opened) = EmbeddedEngine::open(self.dir.path(), &options).unwrap();
        self.engine = Some(engine);
        opened
    }

    fn engine(&self) -> &EmbeddedEngine {
        self.engine.as_ref().unwrap()
    }

    fn act(&mut self, act: Act) {
        match act {
            Act::Commit(writes) => {
                let expect = vec![];
                self.history.commit(&writes);
                wait(self.engine().commit(Batch { expect, writes })).unwrap();
            }
            Act::Refused => {
                let expect = vec![(b"k".to_vec(), Some(b"v".to_vec()))];
                let writes = vec![Write::Put(b"k".to_vec(), vec![])];
                wait(self.engine().commit(Batch { expect, writes })).unwrap_err();
            }
            Act::Stop => {
                self.engine = None;
                let opened = self.reopen();
                assert_eq!(opened.steps, [Step::Clean]);
                self.all_is_there(&opened);
            }
            Act::Kill => self.kill(|_| {}, Self::all_is_there),
            Act::KillAndLoseIndex => self.kill(
                |dir| fs::remove_dir_all(dir.join("index")).unwrap(),
                Self::all_is_there,
            ),
            Act::KillAndCut(bytes) => self.kill(
                |dir| {
                    change(&last_segment(dir), |log| {
                        log.truncate(log.len().saturating_sub(bytes.into()))
                    })
                },
                Self::a_beginning_is_there,
            ),
            Act::KillAndFlip(back, bit) => {
                self.kill(
                    |dir| flip(&last_segment(dir), back, bit),
                    Self::a_beginning_is_there,
                );
            }
            Act::StopAndFlip(back, bit) => {
                self.engine = None;
                flip(&last_segment(self.dir.path()), back, bit);
                let opened = self.reopen();
                self.all_is_there(&opened);
            }
        }
    }

    fn kill(&mut self, damage: impl FnOnce(&Path), check: impl FnOnce(&mut Self, &Opened)) {
        let left = killed(self.dir.path());
        self.engine = None;
        self.dir = left;
        damage(self.dir.path());
        let opened = self.reopen();
        check(self, &opened);
    }

    fn state(&self) -> Model {
        self.engine()
            .scan(b"", None, usize::MAX)
            .unwrap()
            .into_iter()
            .collect()
    }

    fn all_is_there(&mut self, opened: &Opened) {
        assert_eq!(
            opened.sequence as usize,
            self.history.0.len() - 1,
            "{opened:?}"
        );
        assert_eq!(&self.state(), self.history.now(), "{opened:?}");
    }

    /// Some commits at the end may be lost; what is there is a state that once was.
    fn a_beginning_is_there(&mut self, opened: &Opened) {
        let sequence = opened.sequence as usize;
        assert!(sequence < self.history.0.len(), "{opened:?}");
        self.history.0.truncate(sequence + 1);
        assert_eq!(&self.state(), self.history.now(), "{opened:?}");
    }
}

fn flip(path: &Path, back: u16, bit: u8) {
    change(path, |log| {
        let at = log.len() - 1 - usize::from(back).min(log.len() - 1);
        log[at] ^= bit;
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_commit_is_lost_and_none_is_invented(acts in prop::collection::vec(act(), 1..40)) {
        let mut world = World::new();
        for act in acts {
            world.act(act);
        }
    }
}
