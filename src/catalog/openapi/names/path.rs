//! What a path tells: the resources on the way, and what is done at its end.

use std::collections::BTreeSet;

use super::inflect::{is_plural, plural};
use super::verbs::{self, Verb};
use super::words::{is_version, words};
use crate::domain::Method;

/// A resource on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its words.
    pub words: Vec<String>,
    /// Whether a variable follows, which chooses one of it.
    pub keyed: bool,
}

/// A path taken apart.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// The resources, in the path's order.
    pub steps: Vec<Step>,
    /// What is done, if the path ends in it, and the words behind the verb.
    pub action: Option<(Verb, Vec<String>)>,
}

/// Variables whose names tell nothing about what they choose.
const EMPTY: [&str; 12] = [
    "name", "parent", "resource", "id", "value", "path", "key", "scope", "uuid", "slug", "guid",
    "sid",
];

/// Segments that are on the way to everything.
const NOISE: [&str; 12] = [
    "api",
    "rest",
    "apis",
    "v",
    "json",
    "xml",
    "latest",
    "public",
    "restapi",
    "services",
    "odata",
    "index.php",
];

impl Place {
    /// Takes `path` apart. `prefix` segments at its beginning are the same for the whole API.
    pub fn read(method: Method, path: &str, prefix: usize) -> Self {
        let mut place = Self::default();
        let segments: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let last = segments.len().saturating_sub(1);
        for (at, segment) in segments.iter().enumerate() {
            place.add_segment(segment, at < prefix, (at > 0, at == last));
            if at == last {
                place.find_action(method, segment);
            }
        }
        place
    }

    fn add_segment(&mut self, segment: &str, in_prefix: bool, (qualified, is_last): (bool, bool)) {
        let (segment, custom) = match segment.rsplit_once(':') {
            Some((before, verb)) if !verb.contains('}') && !before.is_empty() => {
                (before, Some(verb))
            }
            _ => (segment, None),
        };
        let (fixed, variable) = parts(segment);
        let fixed = fixed.trim_end_matches(".json").trim_end_matches(".xml");
        let fixed = fixed.trim_end_matches(".php").trim_end_matches("()");
        let usual = NOISE.contains(&fixed.to_ascii_lowercase().as_str());
        let noise = (usual && !is_last) || is_version(fixed);
        if !(fixed.is_empty() || noise || (in_prefix && variable.is_none())) {
            self.add_fixed(fixed, qualified);
        }
        if let Some(variable) = variable {
            self.add_variable(variable);
        }
        if let Some(verb) = custom {
            self.push(words(verb), false);
        }
    }

    /// `admin.teams.list` is three steps at the beginning of a path; further on, what stands before
    /// the last point is where the name comes from.
    fn add_fixed(&mut self, fixed: &str, qualified: bool) {
        if qualified && let Some((_, name)) = fixed.rsplit_once('.') {
            return self.push(words(name), false);
        }
        for part in fixed.split('.') {
            self.push(words(part), false);
        }
    }

    fn push(&mut self, words: Vec<String>, keyed: bool) {
        let words: Vec<String> = words
            .into_iter()
            .filter(|word| !is_version(word) && word != "json")
            .take(6)
            .collect();
        if !words.is_empty() {
            self.steps.push(Step { words, keyed });
        }
    }

    fn add_variable(&mut self, name: &str) {
        match self.steps.last_mut() {
            Some(step) => step.keyed = true,
            None => {
                let mut words = words(name);
                if words.len() > 1
                    && words
                        .last()
                        .is_some_and(|last| EMPTY.contains(&last.as_str()))
                {
                    words.pop();
                }
                let empty = words
                    .iter()
                    .all(|word| EMPTY.contains(&word.to_lowercase().as_str()));
                if !empty {
                    self.push(words, true);
                }
            }
        }
    }

    fn find_action(&mut self, method: Method, segment: &str) {
        let (before_keyed, last) = match self.steps.as_slice() {
            [.., before, last] => (before.keyed, last),
            // `/verify-checksum`
            [only] if only.words.len() > 1 && method == Method::Post => (false, only),
            // `/logout`, `/v1/{name}:cancel`
            [only]
                if segment.contains(':')
                    || (method == Method::Post && verbs::is_only_a_verb(&only.words)) =>
            {
                (true, only)
            }
            _ => return,
        };
        if last.keyed {
            return;
        }
        let reads = matches!(method, Method::Get | Method::Head | Method::Options);
        // `DELETE …/star` and `PUT …/star` make and remove one.
        let is_plain = matches!(method, Method::Delete | Method::Put);
        let is_custom =
            segment.contains([':', '(']) || segment.trim_end_matches(".json").contains('.');
        let Some(verb) = verbs::leading(&last.words, !is_custom && (reads || is_plain)) else {
            if is_custom && method == Method::Post {
                let words = last.words.clone();
                self.steps.pop();
                self.action = Some((Verb::run(), words));
            }
            return;
        };
        let rest: Vec<String> = last.words.iter().skip(verb.length).cloned().collect();
        let is_noun = rest.is_empty() && reads && verb.kind == verbs::Kind::Act && !before_keyed;
        let names_many = is_plural(last.words.last().map_or("", String::as_str)) && rest.is_empty();
        let is_name = !rest.is_empty()
            && !is_custom
            && verbs::makes_names(last.words.first().map_or("", String::as_str));
        if !is_noun && !names_many && !is_name {
            self.steps.pop();
            self.action = Some((verb, rest));
            // `/campaigns/{id}/actions/send`
            let is_shelf = |step: &Step| {
                let words: Vec<&str> = step.words.iter().map(String::as_str).collect();
                !step.keyed
                    && matches!(
                        words[..],
                        ["actions" | "action" | "lifecycle" | "do" | "commands" | "operations"]
                    )
            };
            if self.steps.len() > 1 && self.steps.last().is_some_and(is_shelf) {
                self.steps.pop();
            }
        }
    }

    /// Calls the last resource by its plural if there are many of it: `keyed` are those that can be
    /// chosen from.
    pub fn number(&mut self, keyed: &BTreeSet<Vec<String>>) {
        if let Some(step) = self.steps.last_mut()
            && !step.keyed
            && self.action.is_none()
            && keyed.contains(&step.words)
            && let Some(last) = step.words.last_mut()
        {
            *last = plural(last);
        }
    }

    /// Whether the path ends in a variable.
    pub fn is_keyed(&self) -> bool {
        self.action.is_none() && self.steps.last().is_some_and(|step| step.keyed)
    }
}

/// What of a segment is fixed, and its first variable's name.
fn parts(segment: &str) -> (&str, Option<&str>) {
    let Some((before, after)) = segment.split_once('{') else {
        return (segment, None);
    };
    let name = after.split('}').next().unwrap_or_default();
    // `microsoft.graph.delta(token='{token}')`
    let fixed = before.split('(').next().unwrap_or_default();
    let called = before.contains('(');
    (fixed, (!called).then_some(name))
}
