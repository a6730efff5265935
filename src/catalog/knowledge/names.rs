//! What a field's name tells of it, for fields that nobody has described: only what the name
//! makes sure of.

use crate::domain::{Param, ParamPlace};

/// The words of a name in lower case: `starting_after`, `startingAfter` and `$starting-after` are
/// the same. Of a field inside another, its own name's.
pub(super) fn words(name: &str) -> Vec<String> {
    let own = own(name);
    let mut words = Vec::new();
    let mut word = String::new();
    let mut is_after_lower = false;
    for c in own.chars() {
        let is_end = !c.is_alphanumeric() || (c.is_uppercase() && is_after_lower);
        if is_end && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        is_after_lower = c.is_lowercase();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// A field's own name, without the way to it: `price` of `lines[].price`.
pub(super) fn own(name: &str) -> &str {
    let own = name.trim_end_matches("[]");
    match own.rsplit_once('.') {
        Some((_, last)) if !last.is_empty() => last,
        _ => own,
    }
}

/// Whole names, their words joined by a space, and what they mean in a query.
const IN_QUERIES: &[(&str, &str)] = &[
    ("limit", "How many to return at most."),
    ("per page", "How many to return at most."),
    ("page size", "How many to return at most."),
    ("pagesize", "How many to return at most."),
    ("perpage", "How many to return at most."),
    ("max results", "How many to return at most."),
    ("top", "How many to return at most."),
    ("page", "Which page."),
    ("page number", "Which page."),
    ("offset", "How many to leave out before the first."),
    ("skip", "How many to leave out before the first."),
    ("start at", "How many to leave out before the first."),
    ("cursor", "Where to go on, from the answer before."),
    ("page token", "Where to go on, from the answer before."),
    ("next page token", "Where to go on, from the answer before."),
    ("next token", "Where to go on, from the answer before."),
    (
        "continuation token",
        "Where to go on, from the answer before.",
    ),
    ("starting after", "The id behind which to begin."),
    ("ending before", "The id before which to end."),
    ("sort", "What to sort by."),
    ("sort by", "What to sort by."),
    ("order by", "What to sort by."),
    ("orderby", "What to sort by."),
    ("direction", "Which way to sort."),
    ("sort order", "Which way to sort."),
    ("sort direction", "Which way to sort."),
    ("q", "What to search for."),
    ("query", "What to search for."),
    ("search", "What to search for."),
    ("filter", "Which ones to return."),
    ("fields", "Which fields to return."),
    ("select", "Which fields to return."),
    ("expand", "What to return in full along with it."),
    ("since", "Only from this time on."),
    ("until", "Only up to this time."),
    ("start date", "The first day."),
    ("end date", "The last day."),
];

/// The same for any place.
const ANYWHERE: &[(&str, &str)] = &[
    (
        "idempotency key",
        "A text of your own that names this call, so that repeating it does nothing twice.",
    ),
    ("if match", "The ETag that it must still have."),
    ("if none match", "The ETag that it must no longer have."),
    ("if modified since", "Only if it has changed since then."),
    ("api version", "The API's version."),
    ("currency", "A currency's code of three letters."),
    ("currency code", "A currency's code of three letters."),
    ("country code", "A country's code."),
    ("start time", "When it begins."),
    ("end time", "When it ends."),
    ("due date", "When it is due."),
    ("first name", "The given name."),
    ("last name", "The family name."),
];

/// What a parameter means, as far as its name says.
pub(super) fn description(param: &Param) -> Option<String> {
    let words = words(&param.name);
    let whole = words.join(" ");
    let find = |table: &[(&str, &'static str)]| {
        let row = table.iter().find(|(name, _)| *name == whole);
        row.map(|(_, text)| (*text).to_owned())
    };
    let in_query = (param.place == ParamPlace::Query)
        .then(|| find(IN_QUERIES))
        .flatten();
    in_query
        .or_else(|| find(ANYWHERE))
        .or_else(|| by_ending(&words, param))
}

fn by_ending(words: &[String], param: &Param) -> Option<String> {
    let is_boolean = param.kind == "boolean";
    match words {
        [first, rest @ ..] if first == "is" && is_boolean && !rest.is_empty() => {
            Some(format!("Whether it is {}.", rest.join(" ")))
        }
        [first, rest @ ..] if first == "include" && is_boolean && !rest.is_empty() => {
            Some(format!("Whether to return {} too.", rest.join(" ")))
        }
        [rest @ .., last] if last == "ids" && !rest.is_empty() => {
            Some(format!("The ids of the {}s.", rest.join(" ")))
        }
        [rest @ .., last] if is_id(last) && !rest.is_empty() => {
            Some(format!("The {last} of the {}.", rest.join(" ")))
        }
        [thing @ .., id, or, other] if is_id(id) && or == "or" && !thing.is_empty() => {
            Some(format!("The {id} or {other} of the {}.", thing.join(" ")))
        }
        [only] if is_id(only) && param.place == ParamPlace::Path => Some(format!("Its {only}.")),
        [done, when] if done.ends_with("ed") && timed(done, when, param.place).is_some() => {
            timed(done, when, param.place)
        }
        [thing @ .., last]
            if last == "name" && !thing.is_empty() && param.place == ParamPlace::Path =>
        {
            Some(format!("The name of the {}.", thing.join(" ")))
        }
        [thing @ .., bound] if !thing.is_empty() && param.place == ParamPlace::Query => {
            let bound = bounded(bound)?;
            Some(format!(
                "Only those whose {} is {bound} this.",
                thing.join(" ")
            ))
        }
        _ => None,
    }
}

fn bounded(word: &str) -> Option<&'static str> {
    match word {
        "gt" => Some("above"),
        "gte" => Some("at least"),
        "lt" => Some("below"),
        "lte" => Some("at most"),
        _ => None,
    }
}

fn is_id(word: &str) -> bool {
    matches!(word, "id" | "uuid" | "gid" | "sid" | "guid")
}

fn timed(done: &str, when: &str, place: ParamPlace) -> Option<String> {
    match (when, place) {
        ("after" | "since", ParamPlace::Query) => Some(format!("Only what was {done} after this.")),
        ("before" | "until", ParamPlace::Query) => {
            Some(format!("Only what was {done} before this."))
        }
        ("at", ParamPlace::Body) => Some(format!("When it was {done}.")),
        _ => None,
    }
}

/// What an unnamed path variable names: `customer` in `/customers/{customer}`.
pub(super) fn of_segment(path: &str, variable: &str) -> Option<String> {
    let (before, _) = path.split_once(&format!("{{{variable}}}"))?;
    let segment = before.trim_end_matches('/').rsplit('/').next()?;
    let things = words(segment).join(" ");
    let thing = words(variable).join(" ");
    let is_its = things == thing
        || things == format!("{thing}s")
        || things == format!("{thing}es")
        || thing
            .strip_suffix('y')
            .is_some_and(|stem| things == format!("{stem}ies"));
    (is_its && !thing.is_empty()).then(|| format!("The id or name of the {thing}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn param(name: &str, place: ParamPlace, kind: &str) -> Param {
        Param {
            name: name.to_owned(),
            place,
            kind: kind.to_owned(),
            items: None,
            required: false,
            description: String::new(),
            allowed: Vec::new(),
            default: None,
        }
    }

    #[test]
    fn a_name_says_what_it_can() {
        use ParamPlace::{Body, Path, Query};
        for (name, place, kind, said) in [
            (
                "per_page",
                Query,
                "integer",
                Some("How many to return at most."),
            ),
            (
                "$top",
                Query,
                "integer",
                Some("How many to return at most."),
            ),
            (
                "startingAfter",
                Query,
                "string",
                Some("The id behind which to begin."),
            ),
            ("limit", Body, "integer", None),
            (
                "customer_id",
                Body,
                "string",
                Some("The id of the customer."),
            ),
            (
                "driveItem-id",
                Path,
                "string",
                Some("The id of the drive item."),
            ),
            (
                "issueIdOrKey",
                Path,
                "string",
                Some("The id or key of the issue."),
            ),
            ("id", Path, "string", Some("Its id.")),
            ("label_ids", Body, "array", Some("The ids of the labels.")),
            (
                "is_private",
                Body,
                "boolean",
                Some("Whether it is private."),
            ),
            (
                "lines[].shipped_at",
                Body,
                "string",
                Some("When it was shipped."),
            ),
            (
                "created_after",
                Query,
                "string",
                Some("Only what was created after this."),
            ),
            (
                "amount__gte",
                Query,
                "number",
                Some("Only those whose amount is at least this."),
            ),
            (
                "accountName",
                Path,
                "string",
                Some("The name of the account."),
            ),
            ("flavour", Body, "string", None),
            ("", Body, "array", None),
        ] {
            assert_eq!(
                description(&param(name, place, kind)).as_deref(),
                said,
                "{name}"
            );
        }
    }

    #[test]
    fn a_variable_is_named_by_what_stands_before_it() {
        let named = of_segment("/v1/customers/{customer}", "customer");
        assert_eq!(named.as_deref(), Some("The id or name of the customer."));
        assert_eq!(of_segment("/{owner}/{repo}", "repo"), None);
    }
}
