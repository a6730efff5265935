use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::catalog::{Catalogue, action_id};
use crate::domain::{Method, PathTemplate};

fn action(platform: &str, method: Method, path: &str, title: &str) -> Action {
    let platform = platform.parse().unwrap();
    Action {
        id: action_id(&platform, method, path),
        aliases: Vec::new(),
        platform,
        key: title.replace(' ', ""),
        title: title.to_owned(),
        model: String::new(),
        method,
        path: PathTemplate::parse(path).unwrap(),
        tags: Vec::new(),
        summary: String::new(),
        params: Vec::new(),
        scopes: Vec::new(),
        request_example: None,
        content_type: None,
        response_example: None,
        answer: Vec::new(),
    }
}

/// Two small platforms: actions 0 to 5 and 6 to 8.
fn small() -> Vec<Action> {
    use Method::{Delete, Get, Post, Put};
    vec![
        action("one", Get, "/customers", "List customers"),
        action("one", Get, "/customers/{id}", "Get a customer"),
        action("one", Post, "/customers", "Create a customer"),
        action("one", Put, "/customers/{id}", "Change a customer"),
        action("one", Delete, "/customers/{id}", "Delete a customer"),
        action(
            "one",
            Get,
            "/customers/{id}/cards",
            "List a customer's cards",
        ),
        action("two", Get, "/clients", "List clients"),
        action("two", Get, "/charges", "List charges"),
        action(
            "two",
            Post,
            "/merge_requests/{id}/merge",
            "Merge a merge request",
        ),
    ]
}

fn index<'a>(actions: impl IntoIterator<Item = &'a Action>) -> Index {
    let mut builder = Builder::new();
    for action in actions {
        builder.add(action, 1.0);
    }
    builder.finish()
}

fn ordinals(index: &Index, question: &str, filter: &Filter) -> Vec<u32> {
    let hits = index.search(question, filter, 10);
    hits.iter().map(|hit| hit.ordinal).collect()
}

#[test]
fn what_is_to_be_done_decides_among_actions_on_the_same_thing() {
    let index = index(&small());
    for (question, best) in [
        ("show all customers", 0),
        ("show a customer", 1),
        ("add a customer", 2),
        ("rename a customer", 3),
        ("remove a customer", 4),
        ("the cards of a customer", 5),
        ("delet a custmer", 4),
        ("accept a PR", 8),
        ("custo", 0),
    ] {
        let found = ordinals(&index, question, &Filter::default());
        assert_eq!(found.first(), Some(&best), "{question}: {found:?}");
    }
}

#[test]
fn the_word_itself_comes_before_what_stands_for_it() {
    let index = index(&small());
    assert_eq!(ordinals(&index, "list clients", &Filter::default())[0], 6);
    assert_eq!(ordinals(&index, "list customers", &Filter::default())[0], 0);
}

#[test]
fn what_is_filtered_out_is_not_found_and_does_not_count() {
    let actions = small();
    let whole = index(&actions);
    let part = index(&actions[6..]);
    let filter = Filter::only(6..9);
    for question in ["list customers", "charge", "merge", "client list", ""] {
        let apart: Vec<Hit> = part.search(question, &Filter::default(), 10);
        let within = whole.search(question, &filter, 10);
        let moved: Vec<Hit> = apart
            .into_iter()
            .map(|hit| Hit {
                ordinal: hit.ordinal + 6,
                ..hit
            })
            .collect();
        assert_eq!(within, moved, "{question}");
    }
    let deletes = Filter {
        within: Some(vec![0..6, 8..9]),
        method: Some(Method::Delete),
    };
    assert_eq!(ordinals(&whole, "customer", &deletes), [4]);
    assert_eq!(ordinals(&whole, "", &deletes), [4]);
}

#[test]
fn a_question_that_says_nothing_fits_everything_in_order() {
    let index = index(&small());
    for question in ["", "  ?!", "the of a"] {
        assert_eq!(
            ordinals(&index, question, &Filter::default()),
            [0, 1, 2, 3, 4, 5, 6, 7, 8]
        );
    }
    assert!(index.search("", &Filter::default(), 0).is_empty());
    assert!(index.search("customer", &Filter::default(), 0).is_empty());
    assert!(
        Index::default()
            .search("customer", &Filter::default(), 5)
            .is_empty()
    );
}

#[test]
fn actions_that_fit_equally_keep_their_order() {
    let same = action("one", Method::Get, "/things", "List things");
    let index = index([&same, &same, &same]);
    assert_eq!(
        ordinals(&index, "list things", &Filter::default()),
        [0, 1, 2]
    );
}

#[test]
fn a_boost_puts_an_action_before_its_equals() {
    let same = action("one", Method::Get, "/things", "List things");
    let mut builder = Builder::new();
    builder.add(&same, 1.0);
    builder.add(&same, 1.1);
    let found = ordinals(&builder.finish(), "list things", &Filter::default());
    assert_eq!(found, [1, 0]);
}

#[test]
fn the_catalogue_answers_what_people_ask() {
    let (catalogue, _) = Catalogue::load(None);
    let snapshot = catalogue.now();
    let actions = snapshot.connector("gmail").unwrap().actions.all();
    let best = |question: &str| {
        let found = search(actions.iter(), question, 5);
        found
            .first()
            .map(|action| format!("{} {}", action.method, action.path.as_str()))
    };
    for (question, found) in [
        (
            "send an email message",
            "POST /users/{userId}/messages/send",
        ),
        ("list messages", "GET /users/{userId}/messages"),
        ("get profile", "GET /users/{userId}/profile"),
        (
            "throw away a mesage",
            "DELETE /users/{userId}/messages/{id}",
        ),
        ("lables", "GET /users/{userId}/labels"),
    ] {
        assert_eq!(best(question).as_deref(), Some(found), "{question}");
    }
    assert_eq!(best("quantum chromodynamics"), None);
}

static SMALL: LazyLock<Index> = LazyLock::new(|| index(&small()));

proptest! {
    #[test]
    fn every_question_has_an_answer_of_its_own(question in "\\PC{0,60}", limit in 0_usize..12) {
        let hits = SMALL.search(&question, &Filter::default(), limit);
        prop_assert_eq!(&hits, &SMALL.search(&question, &Filter::default(), limit));
        prop_assert!(hits.len() <= limit);
        prop_assert!(hits.iter().all(|hit| hit.score.is_finite() && hit.ordinal < 9));
        let in_order = hits.windows(2).all(|pair| {
            pair[1].score < pair[0].score
                || (pair[1].score == pair[0].score && pair[0].ordinal < pair[1].ordinal)
        });
        prop_assert!(in_order);
    }

    #[test]
    fn a_smaller_limit_gives_the_beginning(
        words in prop::collection::vec("(list|get|custmer|customers|client|cards|merge|of|delete)", 0..8),
        limit in 0_usize..9,
    ) {
        let question = words.join(" ");
        let all = SMALL.search(&question, &Filter::default(), 9);
        let some = SMALL.search(&question, &Filter::default(), limit);
        prop_assert_eq!(&all[..limit.min(all.len())], &some[..]);
    }

    #[test]
    fn what_is_beyond_the_bound_of_a_question_is_not_read(rest in "[a-z ]{0,50}") {
        let long = format!("{}{rest}", "customer ".repeat(50));
        prop_assert_eq!(
            SMALL.search(&long, &Filter::default(), 9),
            SMALL.search(&"customer ".repeat(50), &Filter::default(), 9)
        );
    }
}
