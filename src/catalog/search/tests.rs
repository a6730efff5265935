use super::*;
use crate::catalog::Catalogue;

fn best(query: &str) -> Option<String> {
    let (catalogue, _) = Catalogue::load(None);
    let snapshot = catalogue.now();
    let connector = snapshot.connector("gmail").unwrap();
    search(connector.actions.iter(), query, 5)
        .first()
        .map(|action| format!("{} {}", action.method, action.path.as_str()))
}

#[test]
fn an_action_is_found_by_what_it_does() {
    for (query, found) in [
        (
            "send an email message",
            "POST /users/{userId}/messages/send",
        ),
        ("list messages", "GET /users/{userId}/messages"),
        ("get profile", "GET /users/{userId}/profile"),
        (
            "throw a mesage into the bin",
            "POST /users/{userId}/messages/{id}/trash",
        ),
        ("lables", "GET /users/{userId}/labels"),
    ] {
        assert_eq!(best(query).as_deref(), Some(found), "{query}");
    }
    assert_eq!(best("quantum chromodynamics"), None);
}
