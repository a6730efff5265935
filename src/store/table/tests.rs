use std::sync::Arc;

use super::*;
use crate::store::contract::wait;
use crate::store::memory::MemoryEngine;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Bird {
    name: String,
    #[serde(default)]
    eggs: u32,
}

fn bird(name: &str, eggs: u32) -> Bird {
    Bird {
        name: name.to_owned(),
        eggs,
    }
}

fn nest() -> (SharedEngine, Table<Bird>) {
    let engine: SharedEngine = Arc::new(MemoryEngine::new());
    (SharedEngine::clone(&engine), Table::new(engine, "birds"))
}

fn put(engine: &SharedEngine, table: &Table<Bird>, scope: &str, id: &str, value: &Bird) {
    let mut batch = Batch::default();
    table.put_into(&mut batch, scope, id, value).unwrap();
    wait(engine.commit(batch)).unwrap();
}

#[test]
fn a_record_is_found_in_its_scope_only() {
    let (engine, birds) = nest();
    put(&engine, &birds, "live", "1", &bird("pica", 3));
    assert_eq!(birds.get("live", "1").unwrap(), Some(bird("pica", 3)));
    assert_eq!(birds.get("test", "1").unwrap(), None);
    assert_eq!(birds.get("live", "").unwrap(), None);
}

#[test]
fn pages_follow_each_other() {
    let (engine, birds) = nest();
    for id in ["1", "2", "3", "a/b"] {
        put(&engine, &birds, "live", id, &bird(id, 0));
    }
    put(&engine, &birds, "test", "0", &bird("other", 0));
    let first = birds.scan("live", None, 2).unwrap();
    let second = birds.scan("live", Some(&first[1].0), 9).unwrap();
    let ids: Vec<&str> = first
        .iter()
        .chain(&second)
        .map(|(id, _)| id.as_str())
        .collect();
    assert_eq!(ids, ["1", "2", "3", "a/b"]);
    assert_eq!(birds.count("live").unwrap(), 4);
}

#[test]
fn a_record_is_made_once() {
    let (engine, birds) = nest();
    let mut batch = Batch::default();
    birds
        .put_new_into(&mut batch, "live", "1", &bird("pica", 0))
        .unwrap();
    wait(engine.commit(batch.clone())).unwrap();
    assert!(matches!(
        wait(engine.commit(batch)),
        Err(StoreError::Conflict)
    ));
}

#[test]
fn a_record_is_replaced_only_as_it_was_read() {
    let (engine, birds) = nest();
    put(&engine, &birds, "live", "1", &bird("pica", 0));
    let read = birds.get_raw("live", "1").unwrap().unwrap();

    let mut ours = Batch::default();
    birds
        .replace_into(&mut ours, "live", "1", &read.raw, &bird("pica", 1))
        .unwrap();
    let mut theirs = Batch::default();
    birds.delete_read_into(&mut theirs, "live", "1", &read.raw);
    wait(engine.commit(ours)).unwrap();
    assert!(matches!(
        wait(engine.commit(theirs)),
        Err(StoreError::Conflict)
    ));
    assert_eq!(birds.get("live", "1").unwrap(), Some(bird("pica", 1)));

    let mut batch = Batch::default();
    birds.delete_into(&mut batch, "live", "1");
    wait(engine.commit(batch)).unwrap();
    assert_eq!(birds.get("live", "1").unwrap(), None);
}

#[test]
fn an_old_record_opens_in_a_new_program() {
    let (engine, birds) = nest();
    let old = br#"{"v":1,"record":{"name":"pica","gone":true}}"#;
    let key = b"live/birds/1".to_vec();
    let writes = vec![Write::Put(key, old.to_vec())];
    wait(engine.commit(Batch {
        expect: vec![],
        writes,
    }))
    .unwrap();
    assert_eq!(birds.get("live", "1").unwrap(), Some(bird("pica", 0)));
}

#[test]
fn what_cannot_be_read_names_its_key_and_not_its_value() {
    let (_, birds) = nest();
    for raw in [
        &b"hunter2"[..],
        br#"{"v":1,"record":{"name":"hunter2","eggs":"hunter2"}}"#,
        br#"{"v":2,"record":{"name":"hunter2"}}"#,
    ] {
        let error = birds.decode(b"live/birds/\x01", raw).unwrap_err();
        let StoreError::Corrupt { key, source } = error else {
            panic!()
        };
        assert_eq!(key, "live/birds/\\x01");
        assert!(!source.to_string().contains("hunter2"), "{source}");
    }
}
