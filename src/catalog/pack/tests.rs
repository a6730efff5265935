use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::catalog::action_id;
use crate::domain::Method;

fn line(number: usize) -> String {
    format!(
        r#"{{"key":"get{number}","title":"Get {number}","model":"Things","method":"GET","path":"/things/{number}/{{id}}","params":[{{"name":"id","in":"path"}}]}}"#
    )
}

fn packed(counts: &[(&'static str, usize)]) -> Arc<Pack> {
    let files: Vec<(&str, String)> = counts
        .iter()
        .map(|(platform, count)| {
            let lines: Vec<String> = (0..*count).map(line).collect();
            (*platform, lines.join("\n"))
        })
        .collect();
    let files = files
        .iter()
        .map(|(platform, text)| (*platform, text.as_str()));
    Arc::new(Pack::read(pack(files).unwrap().into()).unwrap())
}

fn source(pack: &Arc<Pack>, wanted: &str) -> Arc<dyn ActionSource> {
    let found = pack
        .sources()
        .find(|(platform, _)| platform.as_str() == wanted);
    found.unwrap().1
}

#[test]
fn every_action_is_found_by_its_id_and_by_its_path() {
    let pack = packed(&[("acme", 130), ("best", 1), ("cool", 64)]);
    for (platform, count) in [("acme", 130), ("best", 1), ("cool", 64)] {
        let source = source(&pack, platform);
        assert_eq!(source.len(), count);
        for number in 0..count {
            let path = format!("/things/{number}/{{id}}");
            let id = action_id(&platform.parse().unwrap(), Method::Get, &path);
            let (found, nth) = pack.find(&id).unwrap();
            assert_eq!((found.as_str(), nth), (platform, number));
            assert_eq!(source.load(nth..nth + 1)[0].id, id);
            assert_eq!(
                source.matching(&format!("/things/{number}/x%20y")),
                [number]
            );
        }
    }
    let other = action_id(&"acme".parse().unwrap(), Method::Post, "/things/0/{id}");
    assert_eq!(pack.find(&other), None);
}

#[test]
fn a_line_that_is_no_action_is_named() {
    let files = [(
        "acme",
        "{\"method\":\"GET\",\"path\":\"/\"}\n{\"method\":1}",
    )];
    let error = pack(files.into_iter()).unwrap_err();
    assert!(error.starts_with("acme, action 2:"), "{error}");
}

#[test]
fn only_the_last_few_chunks_stay_unpacked() {
    let pack = packed(&[("acme", (KEPT + 10) * CHUNK)]);
    let source = source(&pack, "acme");
    assert_eq!(source.load(0..usize::MAX / 2).len(), (KEPT + 10) * CHUNK);
    assert_eq!(pack.kept.lock().unwrap().len(), KEPT);
}

/// What later nobody would hear of: every action of the program's own can be read, and none says
/// the same as one of its connector's descriptor.
#[test]
fn every_embedded_action_is_sound_and_told_once() {
    let (catalogue, problems) = crate::catalog::Catalogue::load(None);
    assert_eq!(problems, Vec::new());
    let snapshot = catalogue.now();
    for (platform, source) in Pack::embedded().sources() {
        let connector = snapshot.connectors.get(platform);
        let connector = connector.unwrap_or_else(|| panic!("{platform} has no descriptor"));
        let all = connector.actions.all();
        assert_eq!(all.len(), connector.actions.len(), "{platform}");
        assert!(!source.is_empty(), "{platform}");
        let (mut keys, mut places) = (BTreeSet::new(), BTreeSet::new());
        for action in &all {
            assert!(keys.insert(&action.key), "{platform}: {} twice", action.key);
            let shape: String = action
                .path
                .as_str()
                .split('{')
                .map(|part| part.split_once('}').map_or(part, |(_, behind)| behind))
                .collect::<Vec<_>>()
                .join("{}");
            let place = (action.method, shape);
            assert!(places.insert(place), "{platform}: {} twice", action.key);
        }
    }
}

proptest! {
    #[test]
    fn a_piece_is_what_a_list_of_all_would_give(from in 0_usize..200, many in 0_usize..200) {
        let pack = packed(&[("acme", 150)]);
        let source = source(&pack, "acme");
        let all = source.load(0..150);
        let piece = source.load(from..from + many);
        let expected: Vec<_> = all.iter().skip(from).take(many).cloned().collect();
        prop_assert_eq!(piece, expected);
    }

    #[test]
    fn bytes_that_are_no_pack_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert_eq!(Pack::read(bytes.into()).err(), Some(BadPack));
    }
}
